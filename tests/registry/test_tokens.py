"""Stylesheets: colours, sizes and motion stand in one file, and everybody can read what they make."""

import re

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "static" / "css"
TOKENS = (FOLDER / "tokens.css").read_text(encoding="utf-8")
# The figures of the staff site have a palette of their own for print, where five parts of a column must differ in ink.
OTHERS = {
    path.name: path.read_text(encoding="utf-8")
    for path in FOLDER.glob("*.css")
    if path.name not in {"tokens.css", "dashboard.css"}
}


def block(start):
    """Return the tokens of the block that begins with these words."""
    rest = TOKENS[TOKENS.index(start) + len(start) :]
    return dict(re.findall(r"--([\w-]+): ([^;]+);", rest[: rest.index("}")]))


LIGHT = block("\n:root {")
DARK = block(':root:not([data-theme="light"]) {')
MORE = block("@media (prefers-contrast: more) {\n  :root:root {")
THEMES = {
    "light": LIGHT,
    "dark": LIGHT | DARK,
    "light, more contrast": LIGHT | MORE,
    "dark, more contrast": LIGHT | DARK | MORE,
    "print": LIGHT | block("@media print {\n  :root:root {"),
}
GROUNDS = {
    "ink": ["ground", "paper", "sky-soft", "gold-soft", "ok-soft", "bad-soft", "sheet", "sheet-2"],
    "ink-2": ["ground", "paper", "sheet", "sheet-2"],
    "sky-strong": ["ground", "paper", "sky-soft", "sheet", "sheet-2"],
    "on-sky": ["sky", "sky-strong"],
    "on-strip": ["strip"],
    "on-strip-2": ["strip"],
    "on-module": ["module"],
    "gold-text": ["gold-soft", "paper", "sheet"],
    "ok": ["ok-soft", "paper", "sheet"],
    "bad": ["bad-soft", "paper", "ground", "sheet"],
    "paper": ["ink-2", "ink"],
    **{f"on-tile-{shade}": [f"tile-{shade}"] for shade in range(1, 5)},
}
PAIRS = [(text, ground) for text, grounds in GROUNDS.items() for ground in grounds]
FRAMES = [("edge", "paper"), ("edge", "ground"), ("sky", "sky-soft"), ("sky", "paper")]


def light_of(theme, name):
    """Return the relative luminance of WCAG 2.1."""
    value = theme[name]
    while value.startswith("var("):
        value = theme[value[6:-1]]
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme, one, other):
    darker, lighter = sorted((light_of(theme, one), light_of(theme, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_every_text_can_be_read_on_its_ground(name):
    theme, least = THEMES[name], 7 if "more" in name else 4.5
    pairs = [pair for pair in PAIRS if (name, *pair) != ("print", "on-sky", "sky-strong")]  # paper knows no pointer
    poor = {pair: round(contrast(theme, *pair), 2) for pair in pairs if contrast(theme, *pair) < least}
    # Tiles say their figures in words below; more contrast frames them and keeps their shades.
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5 or "tile" not in pair[0]} == {}


@pytest.mark.parametrize("name", [name for name in THEMES if name != "print"])
def test_frames_and_bars_stand_out(name):
    theme = THEMES[name]
    assert {pair: contrast(theme, *pair) for pair in FRAMES if contrast(theme, *pair) < 3} == {}


def test_the_contrast_is_that_of_the_standard():
    assert contrast({"a": "#000000", "b": "#ffffff"}, "a", "b") == pytest.approx(21)
    assert contrast({"a": "#767676", "b": "var(--c)", "c": "#ffffff"}, "a", "b") == pytest.approx(4.54, abs=0.01)


def test_the_dark_that_is_asked_for_is_the_dark_of_the_system():
    assert block(':root[data-theme="dark"] {') == DARK
    assert set(DARK) < set(LIGHT)


def test_the_readers_own_colours_replace_every_colour():
    forced = block("@media (forced-colors: active) {\n  :root:root {")
    assert set(forced) == {name for name in DARK if not name.endswith("-more")}
    assert set(forced.values()) <= {"Canvas", "CanvasText", "Highlight", "HighlightText", "LinkText"}


def holding(pattern, files):
    """Return what of the declarations matches, as ``file: words``; remarks do not count."""
    without = {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in files.items()}
    return [f"{name}: {found[0]}" for name, text in without.items() for found in re.finditer(pattern, text)]


COLOUR = r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])|\b(?:rgba?|hsla?|oklch|color)\(|:\s*(?:white|black|red|grey|gray)\b"


def test_colours_stand_in_one_file():
    assert holding(COLOUR, OTHERS) == []
    assert holding(COLOUR, {"a": "p { color: #fff; } /* #000 */ #bad-id { border: 1px solid rgb(1 2 3) }"}) == [
        "a: #fff",
        "a: rgb(",
    ]


SIZES = {
    r"(?:padding|margin|gap|row-gap|column-gap)(?:-\w+)?": {LIGHT[f"s{step}"] for step in (1, 2, 3, 4, 5, 6, 8, 10)},
    "font-size": {"13px", "14px", "16px", "20px", "30px"} | {LIGHT[f"t-{size}"] for size in ("small", "note", "head")},
    "border-radius": {LIGHT["r1"], LIGHT["r2"], LIGHT["r-round"]},
}
DRAWN = {
    "map.css": r"\.tile-\w+ \{ font-size: \S+",
    "sessions.css": r"text \{[^}]*\}",
    "statistics.css": r"\.chart-\S+ .*",
}


@pytest.mark.parametrize("of", SIZES)
def test_a_size_that_has_a_token_is_written_as_the_token(of):
    files = {name: re.sub(DRAWN.get(name, "^$"), "", text) for name, text in OTHERS.items()}
    values = "|".join(map(re.escape, SIZES[of]))
    assert holding(rf"(?<![\w-])(?:{of}): (?:[^;(]* )?-?(?:{values})(?=[ ;}}])", files) == []


def test_every_token_that_is_used_is_there():
    defined = set(LIGHT) | set(re.findall(r"--([\w-]+):", OTHERS["admin.css"]))
    used = {name for text in [TOKENS, *OTHERS.values()] for name in re.findall(r"var\(--([\w-]+)\)", text)}
    assert used - defined == set()
    assert len(used) > 40


def test_nothing_moves_without_consent():
    moving = (
        r"(?<!prefers-reduced-motion: no-preference\) \{ a, \.button \{ )\b(?:transition|animation)(?:-\w+)?:[^;}]*"
    )
    assert holding(moving, OTHERS) == []
    assert "(prefers-reduced-motion: reduce)" in TOKENS
    assert re.search(r"\*::after \{ animation: none !important; transition: none !important;", TOKENS)
