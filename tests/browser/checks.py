"""What every page owes its reader; each check returns sentences about what is wrong, none when all is well."""

import gzip
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles import finders
from playwright.sync_api import Page

_LAYOUT: Final = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
_WCAG: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
_OF_COLOUR: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# What holds the keyboard: can it be seen, and is the ring around it there?
_FOCUS: Final = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  const top = document.elementFromPoint(
    Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1),
    Math.min(Math.max(box.top + Math.min(box.height, 20) / 2, 1), innerHeight - 1));
  return {
    name: `<${element.tagName.toLowerCase()}> “${(element.textContent || element.name || "").trim().slice(0, 50)}”`,
    key: element.outerHTML.slice(0, 300) + box.top + box.left,
    ring, inside, covered: !!top && !element.contains(top) && !top.contains(element),
  };
}"""


def layout_problems(page: Page, width: int) -> list[str]:
    """Look for what leaves the screen or its frame, text over text, broken words, a page wider than the screen."""
    return page.evaluate(_LAYOUT, width)


def heading_problems(page: Page) -> list[str]:
    """Look whether the page has one heading that names it."""
    headings = [" ".join(text.split()) for text in page.locator("h1").all_text_contents()]
    return [] if len(headings) == 1 and headings[0] else [f"h1: {headings}"]


def language_problems(page: Page, language: str) -> list[str]:
    """Look whether the page says which language it is in, and the links to the others are there."""
    said = page.locator("html").get_attribute("lang")
    return [] if said == language else [f"lang is “{said}” instead of “{language}”"]


def axe_problems(page: Page, *, rules: Mapping[str, object] = _WCAG, without: Sequence[str] = ()) -> list[str]:
    """Ask axe about WCAG 2.1 A and AA, every rule of it, but for what the selectors of ``without`` name."""
    # Without preload: no rule of these tags reads stylesheets, and axe's copy of them would break the page's policy.
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    context = {"exclude": [[selector] for selector in without]} if without else None
    if not page.evaluate("() => !!window.axe"):  # half a megabyte, once for a page
        page.evaluate(AXE_SCRIPT)
    asked = "([context, options]) => axe.run(context || document, options).then((answer) => answer.violations)"
    return [
        f"axe {rule['id']}: {' '.join(map(str, node['target']))} {node.get('failureSummary', '').splitlines()[1:2]}"
        for rule in page.evaluate(asked, [context, options])
        for node in rule["nodes"]
    ]


def dark_problems(page: Page) -> list[str]:
    """Ask axe again about the colours when they are dark, and whether they are; light again afterwards."""
    page.emulate_media(color_scheme="dark")
    ground = page.evaluate(
        "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number))"
    )
    found = [] if ground < 60 else [f"dark ground is {ground}"]
    found += [f"dark: {problem}" for problem in axe_problems(page, rules=_OF_COLOUR)]
    page.emulate_media(color_scheme="light")
    return found


# 200 % of a screen of 1280, and 400 % of it, which is the narrowest phone of WCAG 1.4.10.
_ZOOMED: Final = (640, 320)


def zoom_problems(page: Page) -> list[str]:
    """Look at the page at 200 % zoom and 320 pixels wide; as wide as before afterwards."""
    before, found = page.viewport_size, []
    for width in _ZOOMED:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width}px: {problem}" for problem in layout_problems(page, width)]
    if before:
        page.set_viewport_size(before)
    return found


MOST_SHIFT: Final = 0.01
MOST_BYTES: Final = 100_000
_FETCHED: Final = """() => [
  ...performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname),
  ...[...document.querySelectorAll("link[rel=icon]")].map((link) => new URL(link.href).pathname)]"""


def shift_problems(page: Page) -> list[str]:
    """Look whether what was seen first has moved since."""
    shift = page.evaluate("() => window.layoutShift")
    return [] if shift < MOST_SHIFT else [f"the layout shifted by {shift:.3f}"]


def weight_problems(page: Page, document: bytes) -> list[str]:
    """Look whether the first view is light: all that the page fetches, compressed, also what was cached."""
    paths = [path.removeprefix("/static/") for path in page.evaluate(_FETCHED)]
    files = [finders.find(path) for path in dict.fromkeys(paths)]
    missing = [path for path, file in zip(dict.fromkeys(paths), files, strict=True) if not file]
    weight = sum(len(gzip.compress(text)) for text in [document, *(Path(file).read_bytes() for file in files if file)])
    found = [] if weight <= MOST_BYTES else [f"the first view weighs {weight} bytes"]
    return found + [f"no static file: {path}" for path in missing]


def keyboard_problems(page: Page, *, steps: int = 300) -> list[str]:
    """Walk through the page with Tab; everything that takes the keyboard must be seen and wear a ring."""
    found, seen = [], set()
    for _step in range(steps):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUS)
        if here is None or here["key"] in seen:
            break
        seen.add(here["key"])
        if not here["ring"]:
            found.append(f"no ring of focus on {here['name']}")
        if not here["inside"]:
            found.append(f"the keyboard is on something out of sight: {here['name']}")
        elif here["covered"]:
            found.append(f"the keyboard is on something covered: {here['name']}")
    if len(seen) < 3:
        found.append(f"Tab reaches only {len(seen)} things")
    return found


# Every piece of text and every spoken attribute, but what is said in English on purpose, typed by people or a code.
_SAID: Final = """() => {
  const found = [document.title];
  const left = "script, style, code, [lang=en], [hreflang=en], option[value=en], textarea, q, .languages";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.data.trim() && !text.parentElement.closest(left)) found.push(text.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], [data-autosave]")) {
    for (const { name, value } of element.attributes) {
      if (/^(aria-label|title|placeholder|alt|data-text-.*)$/.test(name) && value) found.push(value);
    }
  }
  return found;
}"""
_WHOLE_NAMES: Final = re.compile(r"\S*[@./]\S+")
_NAMES = {"PDF", "DOCX", "XLSX", "JPEG", "PNG", "SHA", "Word", "Excel", "eGov", "egov", "Zoom", "BIM", "PPP", "API"}
_NAMES |= {"KK", "RU", "EN"}  # marks of a title in another language
_NAMES |= {"CC", "BY"}  # the licence of the data
_NAMES |= {"TOTP", "QR", "Aegis", "FreeOTP", "Google", "Microsoft", "Authenticator"}  # the second factor
_OTHERS: Final = {
    "kk": re.compile(r"\b(или|для|чтобы|заявк\w*|сохран\w*|предложени\w*|проект\w*)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(және|немесе|үшін|өтінім\w*|сақта\w*|ұсыныс\w*|жоба\w*)\b", re.IGNORECASE),
}


def words_of_another_language(page: Page, language: str, *, typed: Sequence[str] = ()) -> list[str]:
    """Look for English, and for Russian on a Kazakh page or Kazakh on a Russian one, but in what people ``typed``."""
    found = []
    for text in page.evaluate(_SAID):
        ours = " ".join(text.split())
        for words in typed:
            ours = ours.replace(words, "")
        latin = re.findall(r"[A-Za-z]{2,}", _WHOLE_NAMES.sub("", ours))
        english = [word for word in latin if word not in _NAMES and not re.fullmatch("[IVXLC]+", word)]
        other = _OTHERS[language].search(ours)
        if english or other:
            found.append(f"not in “{language}”: “{ours[:90]}” ({other[0] if other else english[0]})")
    return list(dict.fromkeys(found))
