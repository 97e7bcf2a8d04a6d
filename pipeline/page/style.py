"""How the page looks: one style sheet, for light and dark, for wide screens and telephones."""

from __future__ import annotations

STYLE = """
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
header { border-bottom: 1px solid var(--line); padding-bottom: 1rem; }
h1 { margin: 0; font-size: 2.25rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 .5rem; font-size: 1.35rem; font-weight: 600; }
h3 { margin: 1.75rem 0 .4rem; font-size: 1rem; font-weight: 600; }
p { margin: .4rem 0 .8rem; max-width: 46rem; }
.quiet, small, figcaption { color: var(--quiet); }
small { font-size: .8em; }
.wide { overflow-x: auto; }
table {
  border-collapse: separate; border-spacing: 0; line-height: 1.35;
  font-variant-numeric: tabular-nums;
}
th, td {
  padding: .4rem .7rem; text-align: right; vertical-align: top; white-space: nowrap;
  border-bottom: 1px solid var(--line);
}
th:first-child {
  position: sticky; left: 0; background: var(--paper); text-align: left; padding-left: 0;
}
thead th { color: var(--quiet); font-weight: 500; font-size: .85rem; }
tbody th { font-weight: 500; }
td small, th small { display: block; font-weight: 400; }
.best { font-weight: 700; }
.facts {
  display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem; margin: 1rem 0;
}
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.near dd > span { display: inline-block; margin-right: 1.1rem; white-space: nowrap; }
.near dt { color: var(--ink); font-weight: 600; }
.near dt small { font-weight: 400; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; }
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
.map svg { min-width: 46rem; }
.map text { text-anchor: middle; dominant-baseline: central; }
.map .person { fill: var(--accent); font-weight: 600; }
.map circle { fill: var(--quiet); }
.sample { border-left: 3px solid var(--line); padding-left: 1.1rem; }
.sample p {
  margin: 0 0 .5rem; max-width: 38em; text-indent: 2em; font-size: 1.08rem; line-height: 1.85;
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
@media (max-width: 36rem) {
  body { padding-top: 1.25rem; }
  h1 { font-size: 1.75rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .6rem; }
  .sample { padding-left: .8rem; }
  tbody th:first-child { min-width: 5rem; max-width: 10rem; white-space: normal; }
}
"""
