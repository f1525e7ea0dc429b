"""Language rules of this project, as a checker: phrases and forms that English readers stumble over.

``python -m tests.docs.language [PATH ...]`` prints each occurrence with its file and line.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]

# Name the role, let things do what they do, no archaic or translated wording, no metaphors.
PHRASES: Final = (
    # a role instead of a pronoun: operator, caller, reader of the log
    r"who(?:m|so)?ever",
    r"nobody",
    r"somebody",
    r"no one\b(?! of)",
    r"someone",
    r"who (?:goes on|asks|reads|waits|wants)",
    r"a person",
    # things act as they act: print, contain, return, set
    r"(?:is|are|was|were) told",
    r"told (?:apart|of|by|from)",
    r"stands? (?:in|for|beside|at|on|under|behind|there|here|alone|between)\b",
    r"says? of",
    r"says? nothing",
    r"(?:is|are) said\b",
    r"knows? of",
    r"known? nothing",
    r"hears?\b",
    r"heard\b",
    r"spares?\b",
    r"spared\b",
    r"could not be asked",
    r"nothing (?:on the switch )?tells (?:whether|which)",
    r"should have said",
    r"(?:is|are) counted as well\b",
    r"verified by none",
    r"scope: not told",
    r"(?:blocked|cannot tell) at (?:names|tcp|tls|path|target)\b",
    r"sound already",
    r"attention is needed on 0\b",
    # archaic, or translated word for word
    r"in vain",
    r"for want of",
    r"wanting\b",
    r"all the same",
    r"\bin hand\b",
    r"goes? on (?:until|with|from|where|as)",
    r"go on\b",
    r"g(?:iven|ives?|ave) back",
    r"give (?:it|them|the \w+(?: \w+){0,3}) back",
    r"thereof",
    r"hence\b",
    r"be it\b",
    r"as yet\b",
    r"whereupon",
    r"likewise",
    r"be broken off",
    r"broken? off",
    r"breaks off",
    r"in front of all",
    r"at once one",
    r"one does\b",
    r"what is more",
    r"of its own accord",
    r"by and by",
    r"be that as",
    r"comes? to (?:its|the) end",
    r"ends? well",
    r"put(?:s|ting)? (?:it|them|things) right",
    r"takes? (?:it|them) for",
    r"the one (?:that|who|which)",
    r"the ones (?:that|who|which)",
    r"those (?:who|whose)",
    r"such as it is",
    r"no way of",
    r"nothing of (?:ours|the)",
    r"leaves? it at",
    r"goes? its way",
    r"how far it came",
    r"at the latest then",
    r"lacks? for",
)
BANNED: Final = re.compile(r"\b(?:" + "|".join(PHRASES) + ")", re.IGNORECASE)
# A docstring opens with an imperative verb and its object, or with a noun phrase.
HEADLESS: Final = re.compile(
    r"(?:What|Who|Whoever|Whatever|How|Why|Whether|Which|Where|When|Of|By|As|From|For|With|In|And|That|Those)\b"
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place that breaks a rule. ``text`` is the line, ``phrase`` what matched."""

    path: str
    line: int
    phrase: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.phrase!r} in: {self.text.strip()[:120]}"


def occurrences(paths: list[Path]) -> Iterator[Occurrence]:
    """Return every occurrence in files below the paths: Python, Markdown and YAML. Japanese pages are left
    out."""
    for top in paths:
        for path in sorted([top] if top.is_file() else top.rglob("*")):
            if path.suffix not in (".py", ".md", ".yaml") or ".ja." in path.name or path == Path(__file__):
                continue
            if {"golden", "baseline", "compat", ".venv", "site"} & set(path.relative_to(ROOT).parts):
                continue
            text = path.read_text(encoding="utf-8")
            name = str(path.relative_to(ROOT))
            if path.suffix == ".py":
                yield from _in_python(name, text)
            else:
                yield from _in_lines(name, text)


def _in_lines(name: str, text: str, first: int = 1) -> Iterator[Occurrence]:
    for number, line in enumerate(text.split("\n"), first):
        for found in BANNED.finditer(line):
            yield Occurrence(name, number, found[0], line)


def _in_python(name: str, text: str) -> Iterator[Occurrence]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_prose = token.type == tokenize.COMMENT or (token.type == tokenize.STRING and " " in token.string)
        if is_prose:
            yield from _in_lines(name, token.string, token.start[0])
    if name.startswith("tests"):
        return
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            opening = (ast.get_docstring(node) or "").split("\n")[0]
            found = HEADLESS.match(opening)
            if found is not None:
                line = 1 if isinstance(node, ast.Module) else node.lineno
                yield Occurrence(name, line, f"{found[0]} ...", opening)


if __name__ == "__main__":
    places = [Path(each).resolve() for each in sys.argv[1:]] or [ROOT]
    hits = list(occurrences(places))
    for hit in hits:
        print(hit)  # noqa: T201 - the checker's own output
    sys.exit(1 if hits else 0)
