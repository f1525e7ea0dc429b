"""Rules for the modules of the package that no linter checks."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import click
from mypy.main import process_options

from slp_ops.cli.main import cli
from tests.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "slp_ops"
CLI_LINES_A_COMMAND = 135  # with what all commands share
CLI_MAY_KNOW = {
    f"slp_ops.{name}"
    for name in [
        "aio",
        "app",
        "cli",
        "errors",
        "i18n",
        "json_documents",
        "messages",
        "model",
        "paths",
        "regular_files",
        "report",
        "sanitize",
        "temporary_files",
        "version",
    ]
}
NOT_PURE = {
    f"slp_ops.{name}"
    for name in [
        "aio",
        "api",
        "app",
        "cli",
        "cluster",
        "credentials",
        "engine",
        "lab",
        "paths",
        "private_key",
        "report",
        "runs",
        "signals",
        "source_systems",
        "temporary_files",
        "transport",
        "usage",
        "version",
    ]
}
LOOSE_RETURNS = 15
RUFF = str(Path(sys.executable).with_name("ruff"))


@cache
def modules() -> dict[str, Path]:
    """Every module of the package, by its dotted name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def tree(module: str) -> ast.Module:
    """The syntax tree of a module."""
    return parsed(modules()[module].read_text(encoding="utf-8"))


def imports(module: str) -> set[str]:
    """The modules of the package that a module names in any import, wherever the import stands."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import"
            parent = node.module or ""
            for alias in node.names:
                full = f"{parent}.{alias.name}"
                found.add(full if full in modules() else parent)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return (found & modules().keys()) - {module}


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports for type checking and imports inside functions count as well."""
    graph: dict[str, set[str]] = {module: imports(module) for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as err:
        circle = " imports ".join(reversed(err.args[1]))
        raise AssertionError(f"an import circle: {circle}") from None


def test_the_import_contracts_know_every_package() -> None:
    """A package that no contract names could import, and be imported by, everything."""
    contracts = {
        each["id"]: each
        for each in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
            "importlinter"
        ]["contracts"]
    }
    packages = {name for name in modules() if name.count(".") == 1} - {"slp_ops.__main__"}
    layers = [name for layer in contracts["layers"]["layers"] for name in layer.split(" | ")]
    assert sorted(layers) == sorted(packages)
    assert packages - set(contracts["cli"]["forbidden_modules"]) == CLI_MAY_KNOW
    assert packages - set(contracts["pure"]["source_modules"]) == NOT_PURE


def test_ruff_sees_every_module() -> None:
    shown = subprocess.run(
        [RUFF, "check", "--show-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert set(map(str, modules().values())) <= set(shown)


def test_ruff_would_see_a_package_named_like_a_folder_of_runs(tmp_path: Path) -> None:
    package = tmp_path / "slp_ops" / "runs"
    package.mkdir(parents=True)
    (package / "index.py").write_text("")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shown = subprocess.run(
        [RUFF, "check", "--show-files"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert str(package / "index.py") in shown.stdout.splitlines()


def test_mypy_sees_every_module() -> None:
    sources, options = process_options(["--config-file", str(ROOT / "pyproject.toml")])
    seen = {Path(source.path).resolve() for source in sources if source.path is not None}
    assert set(modules().values()) <= seen
    assert options.strict_equality
    # Where errors of a module are ignored, it is not seen.
    assert not [name for name, each in options.per_module_options.items() if each.get("ignore_errors")]


def test_the_command_line_stays_thin() -> None:
    lines: dict[str, int] = defaultdict(int)
    for module, path in modules().items():
        if module.startswith("slp_ops.cli"):
            lines[module] = sum(
                bool(line.strip()) and not line.strip().startswith("#")
                for line in path.read_text(encoding="utf-8").splitlines()
            )
    longest = sorted(lines.items(), key=lambda item: -item[1])[:10]
    assert sum(lines.values()) <= CLI_LINES_A_COMMAND * len(list(_commands(cli))), longest


def _commands(command: click.Command) -> Iterator[click.Command]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _commands(found)
    else:
        yield command


def test_few_functions_return_a_dictionary_of_anything() -> None:
    """What functions hand on has a type; an alias of the dictionary is none."""
    loose = {"dict[str, Any]", "dict[str, object]"}
    aliases = set()
    for module in modules():
        for node in tree(module).body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            value = getattr(node, "value", None)
            if (
                isinstance(target, ast.Name)
                and value is not None
                and ast.unparse(value).strip("'\"") in loose
            ):
                aliases.add(target.id)
    found = [
        f"{module}.{node.name}"
        for module in modules()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns).strip("'\"") in loose | aliases
    ]
    assert len(found) <= LOOSE_RETURNS, found
