"""Schema of a playbook's file: every problem with file, line and key.

    id: transport-smart
    title: {en: ..., ja: ...}
    remedies: [cslu-address-missing]
    topology: [smart]
    risk: change
    params:
      url: {kind: url, title: {en: ..., ja: ...}, default: https://..., intent: url}
    steps:
      - config:
          - {set: license smart transport smart, of: license smart transport}
    verify: [cslu-address-missing]
    rollback: config

No expressions: a condition is the verdict of a rule, the name of a guard, or a release.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from slp_ops.config_files.validators import (
    Reader,
    a_kind,
    between,
    bilingual_text,
    entries,
    flag,
    items,
    joined,
    lacks,
    listed,
    mapped,
    one_of,
    require,
    text,
)
from slp_ops.config_files.yaml_nodes import Mapping, Node, Scalar
from slp_ops.model import TOPOLOGIES
from slp_ops.params import Bounds, InvalidValue, ParameterKind, check
from slp_ops.playbook.model import (
    AnyTemplate,
    ConfigTemplate,
    ExecTemplate,
    LineKind,
    ManualTemplate,
    Parameter,
    Playbook,
    Risk,
    Setting,
)
from slp_ops.playbook.template import NoTemplate, Template
from slp_ops.rules.schema import release, rule_id
from slp_ops.steps import ExecStep, ManualStep, Repeat, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.config_files.validation_errors import Problems

INTENTS: Final = ("url", "vrf", "source_interface")
_NO_CONFIG: Final = ("do-exec", "end", "exit", "banner")  # also abbreviated, and "do"
_PARAM: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_ANSWER: Final = re.compile(r"[\x20-\x7e]{0,120}", re.ASCII)


def template(node: Node, key: str, problems: Problems) -> Template | None:
    """A command with places for values."""
    value = text(node, key, problems, "a command")
    if value is None:
        return None
    try:
        return Template.parse(value)
    except NoTemplate as err:
        problems.add(node.line, key, str(err), "one command, such as ip name-server [vrf {vrf}] {servers}")
        return None


def _name(node: Node, key: str, problems: Problems) -> str | None:
    value = text(node, key, problems, "the name of a value: small letters, digits and '_'")
    if value is not None and not _PARAM.fullmatch(value):
        problems.add(node.line, key, "is no name of a value", "small letters, digits and '_'")
        return None
    return value


def _texts(node: Node, key: str, problems: Problems) -> tuple[str, ...]:
    found: tuple[str, ...] = listed(text, "a list of texts")(node, key, problems)
    return found


def _words(node: Node, key: str, problems: Problems) -> str | None:
    """Words of a command, without places for values."""
    found = template(node, key, problems)
    if found is not None and found.slots:
        problems.add(node.line, key, "contains a value", "the words in front of it")
        return None
    return None if found is None else found.text


def _sha256(node: Node, key: str, problems: Problems) -> str | None:
    value = node.text.replace(":", "") if isinstance(node, Scalar) else ""
    if not _SHA256.fullmatch(value):
        problems.add(node.line, key, "is no SHA-256 fingerprint", "64 hexadecimal digits, in quotes")
        return None
    return value.lower()


def _answer(node: Node, key: str, problems: Problems) -> str | None:
    value = node.text if isinstance(node, Scalar) and node.kind == "str" else None
    if value is None or not _ANSWER.fullmatch(value):
        problems.add(node.line, key, "is no answer", 'the words to type, in quotes; "" is Enter alone')
        return None
    return value


_PARAMETER: Final[dict[str, Reader]] = {
    "kind": one_of(ParameterKind),
    "title": bilingual_text,
    "optional": flag,
    "many": flag,
    "default": text,
    "intent": one_of(INTENTS),
    "example": text,
    "low": between(0, 2**31 - 1),
    "high": between(0, 2**31 - 1),
    "sha256": _sha256,
}


def _params(node: Node, key: str, problems: Problems) -> tuple[Parameter, ...]:
    found = []
    for entry in entries(node, key, problems):
        place = joined(key, entry.key.text)
        if not _PARAM.fullmatch(entry.key.text):
            problems.add(entry.key.line, place, "is no name of a parameter", "small letters, digits and '_'")
        elif (one := _param(entry.key.text, entry.value, place, problems)) is not None:
            found.append(one)
    return tuple(found)


def _param(name: str, node: Node, key: str, problems: Problems) -> Parameter | None:
    values: dict[str, Any] = mapped(node, key, problems, _PARAMETER)
    if not require(node, key, problems, ("kind", "title")) or not {"kind", "title"} <= values.keys():
        return None
    kind = ParameterKind(values.pop("kind"))
    range_ = {bound: values.pop(bound) for bound in ("low", "high", "sha256") if bound in values}
    param = Parameter(name=name, kind=kind, bounds=Bounds(**range_), **values)
    if kind is ParameterKind.CERTIFICATE and not param.bounds.sha256:
        problems.add(node.line, joined(key, "sha256"), "is missing", "the fingerprint of what may be pasted")
    if param.secret and any(each is not None for each in (param.default, param.intent, param.example)):
        problems.add(node.line, key, "is a secret with a value in a file", "no default, intent or example")
    if param.default is not None:
        _check_value(param, "default", param.default, node, key, problems)
    if param.example is not None and kind is not ParameterKind.CERTIFICATE:  # that one is a file's name
        _check_value(param, "example", param.example, node, key, problems)
    return param


def _check_value(param: Parameter, name: str, value: str, node: Node, key: str, problems: Problems) -> None:
    try:
        check(param.kind, value, param.bounds)
    except InvalidValue as err:
        problems.add(node.line, joined(key, name), "is not well formed", str(err))


def _config_line(node: Node, key: str, problems: Problems) -> Template | None:
    """A line of the configuration: it neither leaves it, nor runs a command, nor opens a text of lines."""
    line = template(node, key, problems)
    if line is None:
        return None
    word = line.text.partition(" ")[0].lower()
    if any(known.startswith(word) and len(word) > 1 for known in _NO_CONFIG):
        message = f"begins with '{word}', which leaves the configuration, runs a command or opens a text"
    elif line.text.startswith(("{", "[")):
        message = "begins with a value, which could be any command"
    else:
        return line
    problems.add(node.line, key, message, "one configuration line; a command is an exec step")
    return None


_LINE: Final[dict[str, Reader]] = {
    **{way.value: _config_line for way in LineKind},
    "of": _words,
    "shows": listed(template, "a list of lines"),
    "in": _words,
    "lines": lambda node, key, problems: node,
}


def _settings(node: Node, key: str, problems: Problems, under: tuple[str, ...] = ()) -> Iterator[Setting]:
    for index, item in enumerate(items(node, key, problems, "a list of configuration lines")):
        place = f"{key}[{index}]"
        if isinstance(item, Scalar):
            line = _config_line(item, place, problems)
            if line is not None:
                yield Setting(way=LineKind.ADD, line=line, under=under)
            continue
        found: dict[str, Any] = mapped(item, place, problems, _LINE)
        if "in" in found and "lines" in found:
            yield from _settings(found["lines"], f"{place}.lines", problems, (*under, found["in"]))
            continue
        ways = [way for way in LineKind if way.value in found]
        if len(ways) != 1:
            problems.add(
                item.line,
                place,
                "is no configuration line",
                "one of add, set, fill, on, off, or in with lines",
            )
            continue
        if ways[0] in (LineKind.SET, LineKind.FILL) and "of" not in found:
            problems.add(
                item.line, f"{place}.of", "is missing", "the words that each value of it begins with"
            )
            continue
        yield Setting(
            way=ways[0],
            line=found[ways[0].value],
            under=under,
            of=found.get("of", ""),
            shows=tuple(found.get("shows", ())),
        )


_REPLY: Final[dict[str, Reader]] = {"asks": text, "answer": _answer}


def _reply(node: Node, key: str, problems: Problems) -> Reply | None:
    found: dict[str, Any] = mapped(node, key, problems, _REPLY)
    if not require(node, key, problems, ("asks", "answer")) or len(found) < 2:
        return None
    return Reply(**found)


_STEP: Final[dict[str, Reader]] = {
    "config": lambda node, key, problems: tuple(_settings(node, key, problems)),
    "exec": template,
    "manual": bilingual_text,
    "since": release,
    "until": release,
    "only_if": listed(rule_id, "a list of guards"),
    "cuts_access": flag,
    "temporary": flag,
    "in_config": flag,
    "dialogue": listed(_reply, "a list of {asks: ..., answer: ...}"),
    "expects": _texts,
    "done_when": rule_id,
    "repeat": one_of(Repeat),
    "again": bilingual_text,
    "ends_session": flag,
    "paste": _name,
    "reads": _name,
    "seconds": between(1, 3600),
}
_CONDITIONS: Final = {"since", "until", "only_if"}
_ALLOWED: Final = {
    "config": {"config", "cuts_access", "temporary"} | _CONDITIONS,
    "exec": set(_STEP) - {"config", "manual", "cuts_access", "temporary"},
    "manual": {"manual"} | _CONDITIONS,
}


def _step(node: Node, key: str, problems: Problems) -> AnyTemplate | None:
    found: dict[str, Any] = mapped(node, key, problems, _STEP)
    kinds = [kind for kind in _ALLOWED if not lacks(node, kind)]
    if not isinstance(node, Mapping) or len(kinds) != 1:
        problems.add(node.line, key, "is no step", "one of config, exec, manual")
        return None
    kind = kinds[0]
    for entry in node.entries:
        name = entry.key.text
        if name in _STEP and name not in _ALLOWED[kind]:
            problems.add(entry.key.line, joined(key, name), f"has no meaning in a step of kind {kind}")
    if kind not in found or found.keys() - _ALLOWED[kind]:
        return None
    main = found.pop(kind)
    if kind == "config":
        return ConfigTemplate(settings=main, **found)
    when = {name: found.pop(name) for name in _CONDITIONS & found.keys()}
    if kind == "manual":
        return ManualTemplate(step=ManualStep(text=main), **when)
    paste, reads = found.pop("paste", ""), found.pop("reads", "")
    if "repeat" in found:
        found["repeat"] = Repeat(found["repeat"])
    return ExecTemplate(
        step=ExecStep(command=main.text, **found), command=main, paste=paste, reads=reads, **when
    )


def _rollback(node: Node, key: str, problems: Problems) -> Any:
    """``config``, or ``none`` with the reason in both languages."""
    if isinstance(node, Scalar):
        return one_of(("config",))(node, key, problems)
    found = mapped(node, key, problems, {"none": bilingual_text})
    if "none" not in found and lacks(node, "none"):
        problems.add(node.line, key, f"is {a_kind(node)}", "config, or {none: {en: why, ja: why}}")
    return found.get("none")


_PLAYBOOK: Final[dict[str, Reader]] = {
    "id": rule_id,
    "title": bilingual_text,
    "remedies": listed(rule_id, "a list of rules' ids"),
    "topology": listed(one_of(TOPOLOGIES), f"any of {', '.join(TOPOLOGIES)}"),
    "risk": one_of(Risk),
    "since": release,
    "until": release,
    "params": _params,
    "any_of": listed(_name, "a list of parameters"),
    "requires": listed(rule_id, "a list of guards"),
    "steps": listed(_step, "a list of steps"),
    "verify": listed(rule_id, "a list of rules' ids"),
    "worsens": listed(rule_id, "a list of rules' ids"),
    "rollback": _rollback,
    "irreversible": bilingual_text,
    "consent": bilingual_text,
    "order": between(0, 100),
    "save": flag,
}
_NEEDED: Final = ("id", "title", "risk", "steps", "verify", "rollback")


def playbook(node: Node, problems: Problems, file: str) -> Playbook | None:
    """A playbook from its file; None, with the problems noted, when it is not one."""
    if not isinstance(node, Mapping):
        problems.add(node.line, "", f"is {a_kind(node)}", "a mapping with id, title, risk, steps, ...")
        return None
    found: dict[str, Any] = mapped(node, "", problems, _PLAYBOOK)
    if not require(node, "", problems, _NEEDED) or not set(_NEEDED) <= found.keys():
        return None
    rollback = found.pop("rollback")
    made = Playbook(
        file=file,
        **{**found, "risk": Risk(found["risk"]), "remedies": found.get("remedies", ())},
        no_rollback=None if rollback == "config" else rollback,
    )
    return made
