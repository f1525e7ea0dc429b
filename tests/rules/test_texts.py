"""The texts of rules, beside the modules that use them."""

from __future__ import annotations

import ast
import string
from importlib import import_module
from pathlib import Path

import pytest

from slp_ops.errors import InputError
from slp_ops.rules.rule import Rule
from slp_ops.rules.texts import Texts, read_texts, texts_of
from tests.syntax import parsed

RULES = Path(import_module("slp_ops.rules").__path__[0])
FILES = sorted(path for path in RULES.rglob("*.yaml") if "data" not in path.relative_to(RULES).parts)
MODULES = [".".join(("slp_ops.rules", *path.relative_to(RULES).with_suffix("").parts)) for path in FILES]


class _Uses(ast.NodeVisitor):
    """The ids of texts that a module names, each with the values that it fills in."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.values: list[tuple[str, set[str]]] = []

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name) and node.value.id == "TEXTS":
            assert isinstance(node.slice, ast.Constant), f"line {node.lineno}: an id is written out"
            self.ids.add(str(node.slice.value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Subscript):
            text = function.value
            if (
                function.attr == "of"
                and ast.unparse(text.value) == "TEXTS"
                and all(k.arg for k in node.keywords)
            ):
                assert isinstance(text.slice, ast.Constant)
                self.values.append((str(text.slice.value), {str(keyword.arg) for keyword in node.keywords}))
        self.generic_visit(node)


def _uses(module: str) -> _Uses:
    found = _Uses()
    source = Path(str(import_module(module).__file__)).read_text(encoding="utf-8")
    found.visit(parsed(source))
    return found


def _rules(module: str) -> set[str]:
    values = vars(import_module(module)).values()
    return {value.id for value in values if isinstance(value, Rule) and value.check.__module__ == module}


def _all(texts: Texts) -> list[tuple[str, str, str]]:
    own = [(name, text.en, text.ja) for name, text in texts.texts.items()]
    steps = [
        (f"{name}[{index}]", text.en, text.ja)
        for name, several in texts.steps.items()
        for index, text in enumerate(several)
    ]
    return own + steps


def _places(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_uses_each_of_its_texts_and_no_other(module: str) -> None:
    texts, uses, rules = texts_of(module), _uses(module), _rules(module)
    titles = {f"{rule}.{part}" for rule in rules for part in ("title", "cause")}
    steps = {f"{rule}.remedy" for rule in rules}
    shared = {text for several in texts.steps.values() for text in several}
    unused = {
        name for name, text in texts.texts.items() if name not in uses.ids | titles and text not in shared
    }
    assert uses.ids | titles <= texts.texts.keys()
    assert not unused
    assert texts.steps.keys() == steps


@pytest.mark.parametrize("module", MODULES)
def test_both_languages_have_the_same_values(module: str) -> None:
    assert [name for name, en, ja in _all(texts_of(module)) if _places(en) != _places(ja)] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_fills_in_the_values_of_a_text(module: str) -> None:
    texts = texts_of(module).texts
    assert [name for name, values in _uses(module).values if values != _places(texts[name].en)] == []


def test_no_module_of_rules_holds_texts_of_its_own() -> None:
    calls = [
        f"{path.name}:{node.lineno}"
        for path in RULES.rglob("*.py")
        for node in ast.walk(parsed(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Text"
    ]
    assert calls == []


def test_a_step_may_be_a_text_that_has_an_id() -> None:
    found = read_texts(
        "sync: {en: Sync., ja: 同期。}\na:\n  remedy: [sync, {en: Look., ja: 確認。}]\n", "x.yaml"
    )
    assert [step.en for step in found.steps["a.remedy"]] == ["Sync.", "Look."]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: {en: Only one}\n", "a.ja: is missing"),
        ("a: Only one\n", "a: is no text"),
        ("a: {en: x, ja: x, en: y}\n", "a: has a language twice"),
        ("a: {en: x, ja: x}\na: {en: x, ja: x}\n", "a: occurs twice"),
        ("a:\n  remedy: [b]\n", r"a.remedy\[0\]: names no text of this file"),
        ("- a\n", "is no mapping"),
    ],
)
def test_a_mistake_is_named_with_its_line(content: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"x.yaml:\d: {message}"):
        read_texts(content, "x.yaml")
