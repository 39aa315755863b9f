"""Reads the pages as a browser does: elements, links and figures, whatever the words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    """An element of a page with what it holds."""

    def __init__(self, tag: str, attributes: dict[str, str], page: list["Element"]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Element | str] = []
        self.classes = set(attributes.get("class", "").split())
        # The elements of a page stand in one list; those in this one are the run from here to the end.
        self._page, self._start = page, len(page)
        self._end: int | None = None

    def close(self) -> None:
        self._end = len(self._page)

    def __iter__(self) -> Iterator["Element"]:
        return iter(self._page[self._start + 1 : self._end])

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, otherwise: str = "") -> str:
        return self.attributes.get(name, otherwise)

    @property
    def text(self) -> str:
        """The words in it, with single spaces; no-break spaces stay."""
        return re.sub(r"[ \n\t\r]+", " ", self._words()).strip(" ")

    def _words(self) -> str:
        return "".join(child._words() if isinstance(child, Element) else child for child in self.children)

    def all(self, tag: str = "", *classes: str, **attributes: str) -> list["Element"]:
        """Return the elements of this tag, these classes and these attributes; an underscore stands for a hyphen."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self
            if (not tag or element.tag == tag)
            and element.classes.issuperset(classes)
            and all(element.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", *classes: str, **attributes: str) -> "Element":
        """Return the only such element."""
        (found,) = self.all(tag, *classes, **attributes)
        return found


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._page: list[Element] = []
        self.root = self._begin("document", [])
        self._open = [self.root]

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._page)
        self._page.append(element)
        return element

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._begin(tag, attrs)
        self._open[-1].children.append(element)
        if tag in _VOID:
            element.close()
        else:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._begin(tag, attrs)
        self._open[-1].children.append(element)
        element.close()

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                for element in self._open[depth:]:
                    element.close()
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(answer: Any) -> Element:
    """Return the page of a response."""
    builder = _Builder()
    builder.feed(answer.content.decode())
    builder.close()
    return builder.root


def whole(text: str) -> int:
    """Return the number that a page prints in groups of three."""
    return int(re.sub(r"[^0-9]", "", text))


@dataclass(frozen=True)
class Strip:
    """The totals strip of a page in English: counts, sums in tenge (None: not known) and what they rest on."""

    projects: int
    cost: int | None
    cost_unknown: int
    on_file: tuple[int, int | None, int]
    public_sources: tuple[int, int | None, int]
    groups: int
    members: int


def _basis(text: str) -> tuple[int, int | None, int]:
    count, *more = text.split(" · ")
    sums = [whole(part) for part in more if "₸" in part]
    unknown = [whole(part) for part in more if "₸" not in part]
    return whole(count), sums[0] if sums else None, unknown[0] if unknown else 0


def strip(page: Element) -> Strip:
    """Return the totals strip of an English page."""
    said = {
        row.one("dt").text: row.one("dd") for part in page.one("section", "totals").all("dl") for row in part.all("div")
    }
    exact = said["Known cost"].all("data")
    return Strip(
        whole(said["Projects"].text),
        int(exact[0]["value"]) if exact else None,
        whole(said["Cost unknown"].text),
        _basis(said["By a resolution on file"].text),
        _basis(said["By public sources only"].text),
        whole(said["Rows that stand for a group"].text) if "Rows that stand for a group" in said else 0,
        whole(said["Members counted with their group"].text) if "Members counted with their group" in said else 0,
    )


def numbers(page: Element) -> list[int]:
    """Return the numbers of the projects in the page's table, in order."""
    tables = [table for table in page.all("table", "cards") if "inset" not in table.classes]
    links = [row.one("th").all("a")[0] for table in tables for row in table.one("tbody").all("tr")]
    return [int(urlsplit(link["href"]).path.rstrip("/").rsplit("/", 1)[1]) for link in links]


def query(address: str) -> list[tuple[str, str]]:
    """Return the parameters of an address, sorted."""
    return sorted(parse_qsl(urlsplit(address).query, keep_blank_values=True))


@dataclass(frozen=True)
class Choice:
    """A choice of a facet as the page offers it."""

    value: str
    address: str
    rows: int | None
    is_chosen: bool


def facets(page: Element, here: str) -> dict[str, list[Choice]]:
    """Return the choices of each facet by parameter name; ``here`` is the address of the page.

    The value of a choice is what its link adds to the address or takes from it.
    """
    present = {pair for pair in query(here) if pair[0] != "page"}
    found: dict[str, list[Choice]] = {}
    for section in page.all("section", "facet"):
        if "only-phone-block" in section.classes:
            continue
        for link in section.all("a"):
            ((name, value),) = present ^ set(query(link["href"]))
            numbers = [whole(number.text) for number in link.all("b")]
            choice = Choice(value, link["href"], numbers[0] if numbers else None, "chosen" in link.classes)
            found.setdefault(name, []).append(choice)
    return found


def chips(page: Element) -> list[Element]:
    """Return the links that take a filter away."""
    return [link for part in page.all("ul", "chips") for link in part.all("a") if "clear" not in link.classes]


def controls(form: Element) -> dict[str, list[str]]:
    """Return what a browser would send of an untouched form: values by name, without files and buttons."""
    sent: dict[str, list[str]] = {}
    for box in form:
        name = box.get("name")
        if not name or "disabled" in box.attributes:
            continue
        if box.tag == "textarea":
            sent.setdefault(name, []).append("".join(box.children).removeprefix("\n"))
        elif box.tag == "select":
            chosen = [option.get("value") for option in box.all("option") if "selected" in option.attributes]
            first = [option.get("value") for option in box.all("option")][:1]
            sent.setdefault(name, []).extend(chosen or ([] if "multiple" in box.attributes else first))
        elif box.tag == "input" and box.get("type") in ("checkbox", "radio"):
            if "checked" in box.attributes:
                sent.setdefault(name, []).append(box.get("value", "on"))
        elif box.tag == "input" and box.get("type") not in ("submit", "button", "file", "image", "reset"):
            sent.setdefault(name, []).append(box.get("value"))
    return sent


def complaints(page: Element) -> list[str]:
    """Return the sentences with which a form of the staff site was refused."""
    return [item.text for box in page.all("ul", "errorlist") for item in box.all("li")]
