"""The words to translate, read out of Python, templates and scripts without gettext, which a bare machine lacks."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_PLACES = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ("id",)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), ("id", "plural")),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ("context", "id")),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ("context", "id", "plural")),
}
"""What the first arguments of each function of gettext are."""

_STRING = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_CALL = re.compile(rf"(?<![\w.])({'|'.join(_PLACES)})\(\s*({_STRING}(?:\s*[,+]\s*{_STRING})*)", re.DOTALL)
_PART = re.compile(rf"({_STRING})(\s*[,+])?", re.DOTALL)


class Words(NamedTuple):
    """A msgid with its context and its plural; empty where it has none."""

    id: str
    context: str = ""
    plural: str = ""


class Unreadable(ValueError):
    """Words that nobody can gather, such as an f-string given to gettext."""


def words_of(path: Path) -> set[Words]:
    """Return the words of one file; by its ending it is Python, a script or a template."""
    source = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".py":
            return set(_of_python(source))
        return set(_of_calls(source if path.suffix == ".js" else _as_calls(source)))
    except (SyntaxError, Unreadable) as problem:
        raise Unreadable(f"{path}: {problem}") from problem


def words_below(folder: Path, *, left_out: Iterable[str] = ()) -> set[Words]:
    """Return the words of every Python file and template below a folder, but for the folders of these names."""
    names = {*left_out}
    files = [path for path in folder.rglob("*") if path.suffix in {".py", ".html", ".txt"} and path.is_file()]
    return {
        words for path in files if not names.intersection(path.relative_to(folder).parts) for words in words_of(path)
    }


def _of_python(source: str) -> Iterator[Words]:
    tree = ast.parse(source)
    names = {name: name for name in _PLACES}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname: alias.name for alias in node.names if alias.asname and alias.name in _PLACES}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if places := _PLACES.get(names.get(called, "")):
            given = node.args[: len(places)]
            if any(isinstance(part, ast.JoinedStr) for part in given):
                raise Unreadable(f"line {node.lineno}: an f-string cannot be translated")
            texts = [part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            if len(texts) == len(places) and any(texts):
                yield Words(**dict(zip(places, texts, strict=True)))


def _as_calls(template: str) -> str:
    from django.utils.translation.template import templatize  # only in .venv

    return templatize(template)


def _of_calls(source: str) -> Iterator[Words]:
    for function, arguments in _CALL.findall(source):
        texts = [""]
        for literal, between in _PART.findall(arguments):
            texts[-1] += ast.literal_eval(literal)
            if between.strip() == ",":
                texts.append("")
        places = _PLACES[function]
        if len(texts) >= len(places) and any(texts):
            yield Words(**dict(zip(places, texts, strict=False)))
