"""Picture and table of the packages, from the import contracts in ``pyproject.toml``."""

from __future__ import annotations

import ast
import tomllib
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).parents[1]
_WIDTH: Final = 1000
_LEFT: Final = 40
_ROW: Final = 46
_BOX: Final = 30
_GAP: Final = 8
_STYLE: Final = (
    "rect{stroke:#5c6bc0;rx:4}.core{fill:#e8eaf6}.shell{fill:#fff3e0;stroke:#fb8c00}"
    ".row{fill:#fafafa;stroke:#e0e0e0}"
    "text{font:12px sans-serif;fill:#212121;text-anchor:middle;dominant-baseline:central}"
    "text.key{text-anchor:start}path{stroke:#9e9e9e;fill:none;stroke-width:1.5}"
)


def layers() -> list[list[str]]:
    """Return the layers from top to bottom; each is the packages that do not import one another."""
    return [
        [each.strip().removeprefix("slp_ops.") for each in row.split("|")]
        for row in _contract("layers")["layers"]
    ]


def core() -> frozenset[str]:
    """Return the packages without a socket, process, thread, terminal or SSH."""
    return frozenset(each.removeprefix("slp_ops.") for each in _contract("pure")["source_modules"])


def picture() -> str:
    """Return the layers as SVG: a package imports only packages of lower rows."""
    rows, pure = layers(), core()
    height = _ROW * len(rows) + 50
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>Packages of slp-ops by layer; each imports only from lower layers</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff" stroke="none"/>',
        f'<path d="M18 10 V{_ROW * len(rows)} m-6 -10 l6 10 l6 -10"/>',
    ]
    for number, row in enumerate(rows):
        lines.extend(_row(row, 8 + _ROW * number, pure))
    base = 8 + _ROW * len(rows) + 4
    for at, kind, meaning in (
        (_LEFT, "core", "core: no I/O, held by an import contract"),
        (380, "shell", "other packages"),
    ):
        lines.append(f'<rect class="{kind}" x="{at}" y="{base}" width="24" height="18"/>')
        lines.append(f'<text class="key" x="{at + 32}" y="{base + 9}">{meaning}</text>')
    lines.append(f'<text class="key" x="640" y="{base + 9}">arrow: direction of imports</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def page(note: str) -> Iterator[str]:
    """Yield the lines of the page: the picture, and what each package contains."""
    pure = core()
    yield "# Architecture"
    yield ""
    yield f"{note} The source is the import contracts in"
    yield "`pyproject.toml`, which `lint-imports` checks, and the first lines of the packages' docstrings."
    yield ""
    yield "![Packages by layer](architecture.svg)"
    yield ""
    yield "A package imports only from lower layers; packages of one layer do not import one another. A core"
    yield "package imports no socket, process, thread, terminal or SSH library. The command line calls `app`"
    yield "and `report` only. `lab` shares no code with the parsers: no error is made twice in the same way."
    yield ""
    yield "| layer | package | core | content |"
    yield "| ---: | --- | --- | --- |"
    for number, row in enumerate(layers(), 1):
        for name in row:
            part = "yes" if name in pure else ""
            yield f"| {number} | `{name}` | {part} | {_summary(name)} |"


def _contract(name: str) -> dict[str, Any]:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(
        each for each in configured["tool"]["importlinter"]["contracts"] if each["id"] == name
    )
    return found


def _row(names: Sequence[str], top: int, pure: frozenset[str]) -> Iterator[str]:
    inner = _WIDTH - _LEFT - 12
    yield f'<rect class="row" x="{_LEFT - 6}" y="{top - 3}" width="{inner + 12}" height="{_BOX + 6}"/>'
    width = (inner - _GAP * (len(names) - 1)) / len(names)
    for number, name in enumerate(names):
        left = _LEFT + number * (width + _GAP)
        kind = "core" if name in pure else "shell"
        yield f'<rect class="{kind}" x="{left:.0f}" y="{top}" width="{width:.0f}" height="{_BOX}"/>'
        yield f'<text x="{left + width / 2:.0f}" y="{top + _BOX / 2:.0f}">{escape(name)}</text>'


def _summary(name: str) -> str:
    folder = ROOT / "slp_ops" / name
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    doc = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return " ".join(doc.split("\n\n")[0].split()).replace("|", "\\|")
