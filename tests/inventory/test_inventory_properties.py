"""Properties for any text: InputError, or an inventory whose names are valid in paths."""

from __future__ import annotations

import re
import string
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slp_ops.errors import InputError, SelectionError
from slp_ops.inventory.selection import Selection, select
from slp_ops.inventory.sources import yaml_source as native
from slp_ops.inventory.ssh_config import resolve

if TYPE_CHECKING:
    from slp_ops.inventory.values import Inventory

# fmt: off
WORDS = (
    "version", "defaults", "sites", "devices", "credentials", "host", "port", "tags", "jump", "username",
    "credential", "params", "intent", "legacy_ssh", "max_sessions", "topology", "url", "vrf", "password",
    "key", "agent", "tokyo", "sw-1", "SW-1", "..", "on", "1", "22", "true", "~", "<<", "192.0.2.1", "netmiko",
    "a/b", "*a", "&a", "!!str", "-", "?", ":", "[", "]", "{", "}", ",", "#", "'", '"', "|", ">",
)
# fmt: on
yaml_like = st.lists(
    st.one_of(st.sampled_from(WORDS), st.sampled_from(["\n", "\n  ", "\n    ", " ", ": ", "\u202e", "\x00"])),
    max_size=60,
).map(" ".join)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(WORDS), st.text(max_size=8))
settings_like = st.dictionaries(
    st.sampled_from(WORDS),
    st.recursive(
        scalars, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS), inner), max_leaves=5
    ),
    max_size=5,
)
names = st.text(string.ascii_letters + string.digits + "._-/ \u202eé", min_size=1, max_size=12)
shaped = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "sites": st.dictionaries(
            names,
            st.fixed_dictionaries(
                {
                    "devices": st.dictionaries(
                        names,
                        st.fixed_dictionaries(
                            {"host": st.sampled_from(["192.0.2.1", "a.example", "-x"])},
                            optional={"port": st.integers(0, 70000), "tags": st.lists(names, max_size=2)},
                        )
                        | settings_like,
                        max_size=4,
                    )
                }
            ),
            max_size=2,
        ),
    },
    optional={"defaults": settings_like, "credentials": settings_like},
).map(lambda value: yaml.safe_dump(value, allow_unicode=True))

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


def read(text: str) -> Inventory | InputError:
    try:
        return native.read(text, "inventory.yaml")
    except InputError as error:
        return error


@given(st.one_of(st.text(), yaml_like, shaped))
@example("? version")
@settings(max_examples=300)
def test_any_text_is_an_inventory_or_an_input_error_with_lines(text: str) -> None:
    found = read(text)
    if isinstance(found, InputError):
        assert found.problems
        last = len(re.split(r"\r\n|\r|\n", text))
        assert all(one.line is not None and 1 <= one.line <= last for one in found.problems)
        shown = "".join(str(one) for one in found.problems)
        assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Zl", "Zp", "Cs"}


@given(shaped)
@settings(max_examples=300)
def test_every_name_of_a_sound_inventory_is_one_safe_part_of_a_path(text: str) -> None:
    found = read(text)
    if isinstance(found, InputError):
        return
    every = [*(site.name for site in found.sites), *(device.name for device in found.devices)]
    assert all(NAME.fullmatch(name) and PurePosixPath(name).parts == (name,) for name in every)
    folded = [device.name.casefold() for device in found.devices]
    assert len(set(folded)) == len(folded)


SMALL = native.read(
    "version: 1\nsites: {t: {devices: {a: {host: h}, b: {host: i}}}, o: {devices: {c: {host: j}}}}", "x"
)


@given(st.text(alphabet="abcto*?[]!&:,- ", max_size=12))
def test_a_limit_selects_in_the_inventorys_order_or_says_why_not(limit: str) -> None:
    try:
        chosen = select(SMALL, Selection(limit=limit))
    except SelectionError:
        return
    assert chosen
    assert [one for one in SMALL.devices if one in chosen] == list(chosen)


@given(
    st.lists(
        st.sampled_from(
            [
                "Host a",
                "Host *",
                "Host b !a",
                "ProxyJump",
                "ProxyJump a,b",
                "ProxyJump x@c:22",
                "Port 22",
                "Port x",
                "User u",
                "HostName %h.x",
                "Match all",
                "Include y",
                "IdentityFile ~/.k",
                "=",
                '"',
                "ProxyCommand nc",
            ]
        )
        | st.text(max_size=20),
        max_size=12,
    ).map("\n".join),
    st.sampled_from(["a", "b", "c"]),
)
def test_any_ssh_configuration_resolves_or_is_an_input_error(text: str, host: str) -> None:
    try:
        found = resolve(text, host)
    except InputError:
        return
    assert found.alias == host
    assert all(hop.jump == () for hop in found.jump)
