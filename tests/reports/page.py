"""Reads a report back: its text, its numbers and its tables, with the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

EMPTY = {"meta", "img", "br", "link", "input", "hr"}


@dataclass
class Element:
    """One element with its attributes, the elements in it and its text."""

    tag: str
    attributes: dict[str, str]
    inside: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self._all()).split())

    def _all(self):
        for piece in self.pieces:
            yield from ([piece] if isinstance(piece, str) else [*piece._all(), " "])

    def find(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Elements below with this tag and these attributes (data_name: data-name, class_: one of the classes)."""
        found = []
        for element in self.inside:
            if (not tag or element.tag == tag) and element._has(attributes):
                found.append(element)
            found += element.find(tag, **attributes)
        return found

    def _has(self, wanted: dict[str, str]) -> bool:
        for name, value in wanted.items():
            given = self.attributes.get(name.rstrip("_").replace("_", "-"), "")
            if value not in (given.split() if name == "class_" else [given]):
                return False
        return True

    def rows(self) -> list[list[str]]:
        return [[cell.text for cell in row.inside] for row in self.find("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        self.open[-1].pieces.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        self.open[-1].pieces.append(data)


def read_page(path: Path) -> Element:
    """The page as a tree; fails where a tag is not closed, or closed in the wrong place."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    assert reader.open == [reader.root]
    return reader.root


def section(page: Element, name: str) -> Element:
    (found,) = page.find("section", id=name)
    return found
