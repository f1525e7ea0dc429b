"""``--help`` in Japanese: every text has its translation, and the lines fit a terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from rich.cells import cell_len

from slp_ops.cli.help_examples import examples, render_help
from slp_ops.cli.japanese_help import CATALOG, japanese_help, paragraphs
from slp_ops.cli.main import VERBS, cli
from slp_ops.messages import load_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){3}")
_NAMES = re.compile(r"slp-ops hub site|'[^']*'|show license tech support")  # commands of the switch
_MAIN = "import sys; from slp_ops.cli.main import main; sys.argv[0] = 'slp-ops'; main()"


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _contexts(command.context_class(command, parent=context, info_name=name))


def every_context() -> list[click.Context]:
    return list(_contexts(cli.context_class(cli, info_name="slp-ops")))


def _texts(context: click.Context) -> Iterator[str]:
    command = context.command
    for text in (command.help, command.epilog, command.short_help):
        yield from paragraphs(text) if text else ()
    for option in command.get_params(context):
        if isinstance(option, click.Option):
            yield from paragraphs(option.help or "")
            if isinstance(option.show_default, str) and " " in option.show_default:
                yield option.show_default


def test_every_help_text_has_its_translation_and_no_other_is_in_the_catalogue() -> None:
    texts = {text for context in every_context() for text in _texts(context)}
    texts |= {summary for _, summary in VERBS.values()}
    texts |= {meaning for lines in examples().values() for meaning in lines.values()}
    catalog = load_catalog(CATALOG)

    assert sorted(texts - catalog.keys()) == []
    assert sorted(catalog.keys() - texts) == []
    assert [text for text, japanese in catalog.items() if not _JAPANESE.search(japanese)] == []


@pytest.mark.parametrize("width", [80, 60])
def test_no_english_sentence_and_no_line_too_wide(width: int) -> None:
    for context in every_context():
        context.terminal_width = width - 2
        for line in japanese_help(context).split("\n"):
            if line.startswith("  slp-ops "):  # an example, which is never broken
                continue
            assert not _SENTENCE.search(_NAMES.sub("", line)), (context.command_path, line)
            # A word such as the form of a URL is not broken.
            assert cell_len(line) <= width or (width < 80 and " " not in line.strip()), line


def test_a_line_does_not_begin_with_punctuation() -> None:
    for context in every_context():
        for line in japanese_help(context).split("\n"):
            assert line.lstrip()[:1] not in tuple("、。)」ー"), (context.command_path, line)


def _help(*words: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={"PATH": "", "LC_ALL": "C.UTF-8", "COLUMNS": "80", **variables},
    )
    return done.stdout


@pytest.mark.parametrize("path", examples())
def test_the_help_ends_with_its_examples(path: str) -> None:
    (context,) = (each for each in every_context() if each.command_path == f"slp-ops {path}")
    context.terminal_width = 78
    english = render_help(context, context.make_formatter()).partition("\nExamples:\n")[2].split("\n")
    japanese = japanese_help(context).partition("\n使用例:\n")[2].split("\n")

    for lines in (english, japanese):
        assert [line for line in lines if line.startswith("  slp-ops ")] == [
            f"  {line}" for line in examples()[path]
        ]
    for meaning in examples()[path].values():
        assert meaning in " ".join(" ".join(english).split())
        assert "".join(load_catalog(CATALOG)[meaning].split()) in "".join("".join(japanese).split())


@pytest.mark.parametrize("words", [("--help",), ("audit", "--help"), ("remediate", "-h")])
def test_help_in_the_language_of_the_variable(words: tuple[str, ...]) -> None:
    found = _help(*words, SLP_OPS_LANG="ja")
    assert found.startswith("使用法: slp-ops")
    assert "\nオプション:\n" in found
    assert not _SENTENCE.search(_NAMES.sub("", found))
    assert "Usage:" not in found
    assert "[default:" not in found


@pytest.mark.parametrize(
    "words", [("audit", "--help", "--lang", "ja"), ("runs", "list", "--lang=ja", "--help")]
)
def test_help_in_the_language_of_the_option(words: tuple[str, ...]) -> None:
    assert _help(*words).startswith("使用法: ")


def test_help_in_the_language_of_the_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "slp-ops" / "config.yaml"
    file.parent.mkdir()
    file.write_text("lang: ja\nworkers: 3\n")
    home = str(tmp_path)

    assert _help("--help", XDG_CONFIG_HOME=home).startswith("使用法: ")
    assert _help("audit", "--help", "--config", str(file)).startswith("使用法: ")
    assert _help("--config", str(file), "--help").startswith("使用法: ")
    assert _help("audit", "--help", XDG_CONFIG_HOME=home, SLP_OPS_LANG="en").startswith("Usage: ")
    assert _help("audit", "--help", "--config", "none", XDG_CONFIG_HOME=home).startswith("Usage: ")


def _refused(*words: str, **variables: str) -> str:
    """Return what a command with a wrong command line prints on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PATH": "", "LC_ALL": "C.UTF-8", "COLUMNS": "80", **variables},
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("words", "usage", "error"),
    [
        (("audit", "--nosuch"), " audit [オプション] [FILES]...", "オプション '--nosuch' はありません。"),
        (("audit", "--run"), " audit [オプション] [FILES]...", "オプション '--run' には値が必要です。"),
        (("nosuch",), " [オプション] コマンド [引数]...", "コマンド 'nosuch' はありません。"),
        (
            ("runs", "nosuch"),
            " runs [オプション] コマンド [引数]...",
            "コマンド 'nosuch' はありません。",
        ),
        (("history",), " history [オプション] DEVICE", "引数 'DEVICE' を指定してください。"),
    ],
)
def test_a_usage_error_is_in_japanese_as_a_whole(words: tuple[str, ...], usage: str, error: str) -> None:
    path = " ".join(["slp-ops", *(word for word in words[:1] if word in VERBS)])
    expected = f"使用法: slp-ops{usage}\n詳細は '{path} --help' を参照してください。\n\nエラー: {error}\n"
    assert _refused(*words, SLP_OPS_LANG="ja") == expected
    assert _refused(*words, LC_ALL="ja_JP.UTF-8") == expected
    if words[0] in VERBS and words[0] != "runs":
        assert _refused(words[0], "--lang", "ja", *words[1:]) == expected


def test_a_usage_error_in_the_language_of_the_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "slp-ops" / "config.yaml"
    file.parent.mkdir()
    file.write_text("lang: ja\n")

    for words in (("audit", "--workers", "0"), ("audit", "--run"), ("nosuch",)):
        assert _refused(*words, XDG_CONFIG_HOME=str(tmp_path)).startswith("使用法: slp-ops")
    assert _refused("audit", "--lang", "xx", SLP_OPS_LANG="ja").startswith("使用法: ")
    assert _refused("audit", "--run").startswith("Usage: slp-ops audit [OPTIONS] [FILES]...\n")


def test_a_group_without_a_command_prints_its_help_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, "runs"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PATH": "", "LC_ALL": "C.UTF-8", "SLP_OPS_LANG": "ja"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("使用法: slp-ops runs")
    assert done.stderr.count("slp-ops runs") == 1
