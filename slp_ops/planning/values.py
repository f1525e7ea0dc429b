"""Parameters of a playbook on one switch, each validated against its format.

In this order: the command line, the inventory's ``params``, its ``intent``, the playbook's default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slp_ops.facts import InterfacesConfig
from slp_ops.i18n import Text
from slp_ops.params import InvalidValue, ParameterKind, check, expected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.playbook.model import Parameter
    from slp_ops.playbook.template import Value
    from slp_ops.rules.dependencies import FactContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSources:
    """Sources of parameters for one switch. ``files`` are the PEM texts of certificates, by name."""

    options: Mapping[str, str] = field(default_factory=dict)  # --param, and what was asked for
    params: Mapping[str, object] = field(default_factory=dict)
    intent: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values for a playbook's commands, how they are shown, and what is wrong with them."""

    values: Mapping[str, Value]
    shown: Mapping[str, str]
    missing: tuple[str, ...] = ()
    wrong: tuple[Text, ...] = ()


def values_of(params: Iterable[Parameter], given: ParameterSources, known: FactContext) -> Values:
    """Every parameter that is no secret, as far as something gives it."""
    values: dict[str, Value] = {}
    shown: dict[str, str] = {}
    missing: list[str] = []
    wrong: list[Text] = []
    for param in params:
        if param.secret:
            continue
        said, where = _given_text(param, given)
        if not said:
            if not param.optional:
                missing.append(param.name)
            continue
        try:
            values[param.name] = _check_value(param, said, given)
            shown[param.name] = said
        except InvalidValue:
            wrong.append(
                _NOT_FITTING.format(where=where, name=param.name, expected=expected(param.kind, param.bounds))
            )
            continue
        if (why := _not_here(param, values[param.name], known)) is not None:
            wrong.append(why)
        elif param.kind is ParameterKind.INTERFACE:
            values[param.name] = _printed_interface(said, known)
    return Values(values=values, shown=shown, missing=tuple(missing), wrong=tuple(wrong))


def check_option(param: Parameter, text: str) -> None:
    """Check what was typed for a parameter; raises NotFitting. A certificate's file is read later."""
    if param.kind is not ParameterKind.CERTIFICATE:
        _check_value(param, text, ParameterSources())


def _given_text(param: Parameter, given: ParameterSources) -> tuple[str, str]:
    """Return the given text of a parameter and its source."""
    if param.name in given.options:
        return given.options[param.name], "--param"
    if param.name in given.params:
        value = given.params[param.name]
        return str(value).lower() if isinstance(value, bool) else str(value), "params"
    if param.intent is not None and param.intent in given.intent:
        return str(given.intent[param.intent]), "intent"
    return param.default or "", "default"


def _check_value(param: Parameter, said: str, given: ParameterSources) -> Value:
    if param.kind is ParameterKind.CERTIFICATE:
        body = check(param.kind, given.files.get(param.name, ""), param.bounds)
        return tuple(body.split("\n"))
    if param.many:
        return tuple(check(param.kind, each.strip(" "), param.bounds) for each in said.split(","))
    return check(param.kind, said, param.bounds)


def _not_here(param: Parameter, value: Value, known: FactContext) -> Text | None:
    """Return why a well-formed value does not fit this switch."""
    interfaces = known.get(InterfacesConfig)
    if interfaces is None or not isinstance(value, str):
        return None
    if param.kind is ParameterKind.INTERFACE and interfaces.interfaces and interfaces.find(value) is None:
        return _NO_INTERFACE.format(value=value)
    if param.kind is ParameterKind.VRF and value not in interfaces.vrfs:
        return _NO_VRF.format(value=value)
    return None


def _printed_interface(name: str, known: FactContext) -> str:
    """Return an interface as the switch spells it: ``vlan100`` is shown as ``Vlan100``."""
    interfaces = known.get(InterfacesConfig)
    found = None if interfaces is None else interfaces.find(name)
    return name if found is None else found.name


_NOT_FITTING: Final = Text(
    "{name} ({where}) is not well formed: expected {expected}",
    "{name} ({where}) の形式が正しくありません。期待する形式: {expected}",
)
_NO_INTERFACE: Final = Text(
    "this switch has no interface {value}", "このスイッチにインターフェイス {value} がありません"
)
_NO_VRF: Final = Text("this switch has no VRF {value}", "このスイッチに VRF {value} がありません")
