"""Reading a page of HTML as strictly as a test needs."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br"}
FETCHING = {"src", "href", "srcset", "data", "action", "poster"}


class Page(HTMLParser):
    """A page that was read: its tags, attributes and text; unbalanced tags are refused."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == [], "tags that nothing closes"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag.lower()

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self, *tags: str) -> list[str]:
        """The texts that stand right inside one of these tags; all texts without any."""
        return [text for tag, text in self.texts if not tags or tag in tags]

    def fetched(self) -> list[str]:
        """What a browser would fetch for this page."""
        wanted = [value for name, value in self.attributes if name in FETCHING and value]
        wanted = [value for value in wanted if not value.startswith("#")]  # a place in the page
        styles = [text for tag, text in self.texts if tag == "style"]
        styles += [value for name, value in self.attributes if name == "style" and value]
        return wanted + [style for style in styles if "url(" in style or "@import" in style]
