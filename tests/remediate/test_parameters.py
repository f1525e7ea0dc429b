"""--param: values of a list add up, and a missing parameter shows how it is given."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.change.parameters import parse_params
from slp_ops.errors import OptionError
from slp_ops.i18n import Lang
from slp_ops.params import ParameterKind, check, example
from slp_ops.planning.planner import _missing_parameters
from slp_ops.planning.values import check_option
from slp_ops.playbook import packaged

if TYPE_CHECKING:
    from slp_ops.playbook import Playbook


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (["name_servers=192.0.2.1", "name_servers=192.0.2.2"], "192.0.2.1,192.0.2.2"),
        (["name_servers=192.0.2.1,192.0.2.2", "name_servers=2001:db8::1"], "192.0.2.1,192.0.2.2,2001:db8::1"),
        (["name_servers=192.0.2.1"], "192.0.2.1"),
    ],
)
def test_the_values_of_a_list_add_up(given: list[str], value: str) -> None:
    assert parse_params(given, packaged()) == {"name_servers": value}


@pytest.mark.parametrize(
    "given", [["vrf=A", "vrf=B"], ["source_interface=Vlan1", "source_interface=Vlan2"], ["vrf=A", "vrf=A"]]
)
def test_another_parameter_is_given_once(given: list[str]) -> None:
    with pytest.raises(OptionError, match="is given twice, and takes one value"):
        parse_params(given, packaged())


@pytest.mark.parametrize(
    "kind", sorted(set(ParameterKind) - {ParameterKind.TOKEN, ParameterKind.CERTIFICATE})
)
def test_the_example_of_a_kind_is_of_that_kind(kind: ParameterKind) -> None:
    check(kind, example(kind))


@pytest.mark.parametrize("playbook", packaged(), ids=lambda each: each.id)
@pytest.mark.parametrize("lang", list(Lang))
def test_a_missing_parameter_shows_an_option_that_is_accepted(playbook: Playbook, lang: Lang) -> None:
    for param in playbook.params:
        if param.secret:
            continue
        text = _missing_parameters(playbook, (param.name,)).render(lang)
        words = shlex.split(text)
        value = words[words.index("--param") + 1]
        assert value.startswith(f"{param.name}=")
        assert parse_params([value], packaged())
        check_option(param, value.partition("=")[2])


@pytest.mark.parametrize("lang", list(Lang))
def test_each_missing_parameter_is_shown(lang: Lang) -> None:
    (playbook,) = (each for each in packaged() if each.id == "proxy")
    names = tuple(param.name for param in playbook.params)

    text = _missing_parameters(playbook, names).render(lang)

    assert text.count("--param ") == len(names)
