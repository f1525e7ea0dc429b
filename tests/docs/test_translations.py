"""Pages in two languages: each has its counterpart, and the commands are the same in the same order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

DOCS: Final = Path(__file__).parents[2] / "docs"
HOW_TO: Final = DOCS / "how-to"
_NAMES: Final = (
    "flows", "tokens", "air-gapped", "rum-reports", "open-a-case", "where-to-look-first", "reachability",
    "false-alarms", "reports", "ssh", "cluster",
)  # fmt: skip
TRANSLATED: Final = [
    *(path for path in sorted(HOW_TO.glob("case-*.md")) if not path.name.endswith(".ja.md")),
    *(path for path in sorted(HOW_TO.glob("topology-*.md")) if not path.name.endswith(".ja.md")),
    *(HOW_TO / f"{name}.md" for name in _NAMES),
    DOCS / "tutorial.md",
]
# The only line of a Japanese page alone: it sets the language of what is printed.
_LANGUAGE: Final = "export SLP_OPS_LANG=ja"
# Ends of the pages: the command that proves that a switch reports.
_PROOF: Final = re.compile(r"slp-ops audit -i inventory\.yaml --(?:limit|site) \S+")


def japanese(path: Path) -> Path:
    return path.with_name(f"{path.stem}.ja.md")


def commands(text: str) -> list[str]:
    """Return the lines of all indented blocks, without comments, and the keys of YAML blocks."""
    found: list[str] = []
    fence, note = False, False
    for line in text.split("\n"):
        if line.startswith("```"):
            fence = not fence
        elif fence:
            found.append(line.partition(":")[0])
        elif line.startswith("!!!"):
            note = True
        elif line.startswith("    "):
            if not note:
                found.append(re.sub(r"\s+#.*", "", line.strip()))
        elif line:
            note = False
    return found


def pictures(text: str) -> list[str]:
    return [name.replace(".ja.", ".") for name in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)]


def test_every_japanese_page_has_its_english_page() -> None:
    pages = {path.name for path in (*DOCS.glob("*.ja.md"), *HOW_TO.glob("*.ja.md"))}
    assert pages == {japanese(path).name for path in TRANSLATED}


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_the_commands_of_both_languages_are_the_same(path: Path) -> None:
    english, other = path.read_text(encoding="utf-8"), japanese(path).read_text(encoding="utf-8")

    assert [line for line in commands(other) if line != _LANGUAGE] == commands(english)
    assert pictures(other) == pictures(english)
    assert english.count("\n## ") == other.count("\n## ")
    assert english.count("\n| ") == other.count("\n| ")
    if path.parent == HOW_TO:
        assert f"]({japanese(path).name})" in english
        assert "English: [" in other
        assert f"]({path.name})" in other


@pytest.mark.parametrize(
    "path", [path for path in TRANSLATED if path.parent == HOW_TO], ids=lambda path: path.stem
)
def test_a_page_ends_with_a_switch_that_reports(path: Path) -> None:
    end = path.read_text(encoding="utf-8").rpartition("\n## ")[2]
    assert _PROOF.search(end)


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.stem)
def test_no_command_is_part_of_a_list(path: Path) -> None:
    """An indented block below a list is a paragraph of its last entry: its lines are joined."""
    listed = fence = False
    for line in path.read_text(encoding="utf-8").split("\n"):
        fence ^= line.startswith("```")
        if re.match(r"(\d+\.|[-*]) ", line):
            listed = True
        elif line and not line.startswith(" "):
            listed = False
        assert fence or not (listed and line.startswith("    slp-ops ")), line


def test_a_changed_command_is_noticed() -> None:
    text = (HOW_TO / "case-2-dns.md").read_text(encoding="utf-8")
    assert commands(text.replace("name_servers=10.10.0.53", "name_servers=10.10.0.54")) != commands(text)
