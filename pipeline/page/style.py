"""How the page looks: one style sheet, for light and dark, for wide screens and telephones.

Nothing is ever wider than the screen: a table without room for its columns becomes a block a row,
and the map has a drawing for narrow screens.
"""

from __future__ import annotations

from collections.abc import Mapping


def _stacked(kind: str, screen: str) -> str:
    """Return the rules that make a block of each row of a kind of table up to a width of screen."""
    return f"""
@media (max-width: {screen}) {{
  .{kind}, .{kind} tbody, .{kind} th {{ display: block; }}
  .{kind} thead {{ display: none; }}
  .{kind} tr {{
    display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr));
    gap: .35rem .75rem; padding: .6rem 0; border-bottom: 1px solid var(--line);
  }}
  .{kind} th, .{kind} td {{ padding: 0; border: 0; text-align: left; }}
  .{kind} th {{ grid-column: 1 / -1; max-width: none; font-weight: 600; }}
  .{kind} small {{ white-space: normal; }}
  .{kind} td::before {{
    content: attr(data-title); display: block; color: var(--quiet); font-size: .8em;
  }}
}}
"""


def only_one(languages: Mapping[str, str]) -> str:
    """Return the rules that show one language of a page: name → tag as HTML says it.

    It is the one that the address names, as #zh, else the document's own. The rules only hide, and
    ask for nothing that browsers of the last ten years lack.
    """
    rules = []
    for name, tag in languages.items():
        for other in languages:
            if other != name:
                rules += [
                    f"#{name}:target ~ .{other}",
                    f':root[lang="{tag}"] #{other}:not(:target) ~ .{other}',
                ]
    return f"{', '.join(rules)} {{ display: none; }}\n" if rules else ""


STYLE = (
    """
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --ink: #24221f; --quiet: #6d675e; --line: #dcd7cc;
  --accent: #a4311f; --mark: #f6dfa6; --bar: #c9b99a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191817; --ink: #e4e0d8; --quiet: #a09a8f; --line: #3b3834;
    --accent: #ef8a70; --mark: #5c4a17; --bar: #6a5d45;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "Source Han Sans SC", sans-serif;
}
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .6rem; }
nav { float: right; margin: .5rem 0 0 1rem; display: flex; gap: 1rem; }
a { color: var(--accent); }
header { border-bottom: 1px solid var(--line); padding-bottom: 1rem; }
h1 { margin: 0; font-size: 2.25rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 .5rem; font-size: 1.35rem; font-weight: 600; }
h3 { margin: 1.75rem 0 .4rem; font-size: 1rem; font-weight: 600; }
p { margin: .4rem 0 .8rem; max-width: 46rem; }
.quiet, small, figcaption { color: var(--quiet); }
small { font-size: .8em; }
table {
  border-collapse: separate; border-spacing: 0; line-height: 1.35;
  font-variant-numeric: tabular-nums;
}
th, td {
  padding: .4rem .5rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
th:first-child { text-align: left; padding-left: 0; max-width: 11rem; overflow-wrap: anywhere; }
td small { white-space: nowrap; }
td:last-child { padding-right: 0; overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-weight: 500; font-size: .85rem; }
tbody th { font-weight: 500; }
td small, th small { display: block; font-weight: 400; }
.best { font-weight: 700; }
.facts {
  display: grid; grid-template-columns: minmax(0, max-content) minmax(0, 1fr);
  gap: .3rem 1.5rem; margin: 1rem 0;
}
.facts dt { color: var(--quiet); overflow-wrap: anywhere; }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.near dd > span { display: inline-block; margin-right: 1.1rem; max-width: 100%; }
.near dt { color: var(--ink); font-weight: 600; }
.near dt small { font-weight: 400; }
.panels {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 1rem;
}
figure { margin: 0; }
figcaption { font-size: .9rem; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: currentColor; font-family: inherit; }
svg .tick { fill: var(--quiet); font-size: 11px; }
svg .grid { stroke: var(--line); }
svg .best-epoch { stroke: var(--accent); stroke-dasharray: 3 3; }
svg .best-name { fill: var(--accent); font-size: 11px; }
svg .curve { fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linejoin: round; }
svg .dot { fill: currentColor; }
svg .best-dot { fill: var(--accent); }
.map .tall { display: none; max-width: 32rem; margin: 0 auto; }
.map text { text-anchor: middle; dominant-baseline: central; }
.map .person { fill: var(--accent); font-weight: 600; }
.map circle { fill: var(--quiet); }
.sample { border-left: 3px solid var(--line); padding-left: 1.1rem; }
.sample p {
  margin: 0 0 .5rem; max-width: 38em; overflow-wrap: anywhere;
  text-indent: 2em; font-size: 1.08rem; line-height: 1.85;
  font-family: "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif;
}
.seed { color: var(--quiet); }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
mark + mark { margin-left: 2px; }
.track { display: block; width: 9rem; }
.bar { display: block; height: .55rem; margin-top: .4em; background: var(--bar); }
details { margin: .8rem 0; }
summary { cursor: pointer; color: var(--quiet); }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em; }
@media (max-width: 52rem) {
  .map .broad { display: none; }
  .map .tall { display: block; }
}
@media (max-width: 36rem) {
  body { padding-top: 1.25rem; }
  h1 { font-size: 1.75rem; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: .6rem; }
  .sample { padding-left: .8rem; }
}
"""
    + _stacked("many", "60rem")
    + _stacked("few", "36rem")
)
