"""The syntax tree of a source text."""

from __future__ import annotations

import ast


def parsed(source: str) -> ast.Module:
    """Parse a source text.

    CPython up to 3.11.8 counts the depth of a tree in a place that all threads share, and raises SystemError
    where another one came between (python/cpython#106905). The text is parsed again then.
    """
    try:
        return ast.parse(source)
    except SystemError:
        return ast.parse(source)
