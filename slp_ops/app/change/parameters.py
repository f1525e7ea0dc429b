"""Playbooks and their parameters, as options name them. A secret never comes from an argument."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.operator import NotGiven
from slp_ops.errors import InputError, OptionError
from slp_ops.i18n import Text
from slp_ops.params import InvalidValue, ParameterKind, check, expected
from slp_ops.ports import Secret
from slp_ops.regular_files import read_regular, reason_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.model import Device
    from slp_ops.playbook import Parameter, Playbook
    from slp_ops.playbook.flow import Flow

_LARGEST: Final = 2**16
_VARIABLE: Final = "SLP_OPS_PARAM_"
_SECRET: Final = Text(
    "{title}\n  {name} (Enter: skip, and nothing is sent)",
    "{title}\n  {name} (Enter: スキップ。何も送信しません)",
)
_OTHER_SECRET: Final = Text(
    "{title}\n  {name} (Enter: skip; the step stays open, and --resume asks again)",
    "{title}\n  {name} (Enter: スキップ。ステップは未完了のまま残り、--resume で再度入力できます)",
)
_NOT_GIVEN: Final = Text(
    "nothing was sent: no value was given for {name}", "何も送信していません: {name} が入力されませんでした"
)
_VALUE: Final = Text(
    "{title}\n  {name} (Enter: skip the switches that need it)",
    "{title}\n  {name} (Enter: 必要とするスイッチをスキップ)",
)
_OTHER_VALUE: Final = Text(
    "{switch}: {title}\n  {name} (Enter: {now} again)", "{switch}: {title}\n  {name} (Enter: {now} を再使用)"
)


def load_playbooks(folder_path: Path | None, rules: Iterable[str]) -> tuple[Playbook, ...]:
    """Load the packaged playbooks and the operator's; raise InputError with every problem of every file."""
    from slp_ops.playbook import folder, load, packaged

    ours = packaged()
    if folder_path is None:
        return ours
    own = load(folder(folder_path), rules=rules)
    _refuse_our_ids(own, {playbook.id for playbook in ours})
    return (*ours, *own)


def load_every_flow(
    folder_path: Path | None, playbooks: Iterable[Playbook], rules: Iterable[str]
) -> tuple[Flow, ...]:
    """Load the packaged flows and the operator's; raise InputError with every problem of every file."""
    from slp_ops.playbook.flow import flow_folder, load_flows, packaged_flows

    ours = packaged_flows()
    if folder_path is None:
        return ours
    own = load_flows(flow_folder(folder_path), playbooks=[playbook.id for playbook in playbooks], rules=rules)
    _refuse_our_ids(own, {flow.id for flow in ours})
    return (*ours, *own)


def _refuse_our_ids(own: Iterable[Playbook | Flow], taken: Collection[str]) -> None:
    for each in own:
        if each.id in taken:
            raise InputError(f"{each.file}: {each.id} is the id of a packaged one", hint="choose another id")


def check_playbook_names(names: Sequence[str], playbooks: Sequence[Playbook]) -> tuple[str, ...]:
    """Return the names given with --playbook, each once; raise OptionError for an unknown one."""
    from slp_ops.config_files.validation_errors import did_you_mean

    known = [playbook.id for playbook in playbooks]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise OptionError(
                f"there is no playbook {name!r}{near}; there are: {', '.join(known)}",
                option="--playbook",
            )
    return tuple(dict.fromkeys(names))


def parse_params(given: Sequence[str], playbooks: Sequence[Playbook]) -> dict[str, str]:
    """Parse ``--param name=value``; raise OptionError for an unknown name, a wrong format, or a secret.

    The values of a parameter that takes several add up; another one is accepted once.
    """
    from slp_ops.config_files.validation_errors import did_you_mean
    from slp_ops.planning.values import check_option

    params = _by_name(playbooks)
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in params:
            near = did_you_mean(name, params)
            raise OptionError(
                f"there is no parameter {name[:40]!r}{near}; expected NAME=VALUE with one of "
                f"{', '.join(sorted(params))}",
                option="--param",
            )
        param = params[name]
        if param.secret:
            raise OptionError(_secret_rejection(param), option="--param")
        try:
            check_option(param, value)
        except InvalidValue as err:
            raise OptionError(f"{name} is not well formed: expected {err}", option="--param") from None
        if name in found and not param.many:
            raise OptionError(f"{name} is given twice, and takes one value", option="--param")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def reject_inventory_secrets(devices: Iterable[Device], playbooks: Sequence[Playbook]) -> None:
    """Raise InputError for a secret in the ``params`` of the inventory."""
    params = _by_name(playbooks)
    for device in devices:
        for name in device.params:
            if name in params and params[name].secret:
                raise InputError(f"{device.name}: params.{name}: {_secret_rejection(params[name])}")


def read_certificate_files(options: Mapping[str, str], playbooks: Sequence[Playbook]) -> dict[str, str]:
    """Return the PEM texts of certificates given as files; raise InputError."""
    found: dict[str, str] = {}
    for name, param in _by_name(playbooks).items():
        if param.kind is ParameterKind.CERTIFICATE and name in options:
            text = _read(Path(options[name]), name)
            try:
                check(param.kind, text, param.bounds)
            except InvalidValue as err:
                raise InputError(f"{name}: {options[name]} is not {err}") from None
            found[name] = text
    return found


def collect_secrets(
    names: Iterable[str],
    given: Sequence[str],
    playbooks: Sequence[Playbook],
    operator: ChangeOperator,
    *,
    resumed: bool = False,
) -> dict[str, Secret]:
    """Return the secrets of a plan: from the environment, a file, or the operator.

    ``resumed`` is set for steps of a change that was begun before. Raises InputError, NotGiven.
    """
    params = _by_name(playbooks)
    files = _secret_files(given, params)
    found: dict[str, Secret] = {}
    for name in dict.fromkeys(names):
        variable = f"{_VARIABLE}{name.upper()}"
        # Taken out, so that nothing that looks at this process's environment later finds it.
        value = os.environ.pop(variable, None)
        where = variable
        if name in files:
            value, where = _read(files[name], name).strip(), "--secret-file"
        elif value is None and operator.interactive:
            question = (_OTHER_SECRET if resumed else _SECRET).format(title=params[name].title, name=name)
            value, where = operator.enter(question, hidden=True).strip(), "the prompt"
            if not value:
                raise NotGiven(_NOT_GIVEN.format(name=name))
        if value is None:
            raise InputError(
                f"the secret {name} is needed",
                hint=f"set {variable}, name a file with --secret-file {name}=FILE, or use a terminal",
            )
        try:
            found[name] = Secret(check(params[name].kind, value, params[name].bounds))
        except InvalidValue as err:
            raise InputError(f"{name} ({where}) is not well formed: expected {err}") from None
    return found


def ask_missing(
    names: Iterable[str], playbooks: Sequence[Playbook], operator: ChangeOperator, lacking: Container[str]
) -> dict[str, str]:
    """Ask for parameters that nothing gives; an empty answer leaves one out.

    ``lacking`` are the ids of the playbooks that lack one: their words are asked with, since ``url`` is that
    of CSLU in one playbook and that of On-Prem in another.
    """
    params = _by_name(playbook for playbook in playbooks if playbook.id in lacking)
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        param = params[name]
        while True:
            value = operator.enter(_VALUE.format(title=param.title, name=name)).strip()
            if not value:
                break
            try:
                parse_params([f"{name}={value}"], playbooks)
            except OptionError:
                operator.notice(f"expected {expected(param.kind, param.bounds)}")
                continue
            found[name] = value
            break
    return found


def ask_again(
    switch: str, params: Iterable[Parameter], now: Mapping[str, str], operator: ChangeOperator
) -> dict[str, str]:
    """Ask for other values for a refused command; an empty answer keeps one."""
    found: dict[str, str] = {}
    for param in params:
        question = _OTHER_VALUE.format(switch=switch, title=param.title, name=param.name, now=now[param.name])
        while value := operator.enter(question).strip():
            try:
                check(param.kind, value, param.bounds)
            except InvalidValue as err:
                operator.notice(f"expected {err}")
                continue
            found[param.name] = value
            break
    return found


def _by_name(playbooks: Iterable[Playbook]) -> dict[str, Parameter]:
    return {param.name: param for playbook in playbooks for param in playbook.params}


def _secret_rejection(param: Parameter) -> str:
    return (
        f"{param.name} is a secret: it is not accepted as an argument or in a file that others can read; set "
        f"{_VARIABLE}{param.name.upper()}, use --secret-file {param.name}=FILE, or be asked for it"
    )


def _secret_files(given: Sequence[str], params: Mapping[str, Parameter]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for each in given:
        name, equals, path = each.partition("=")
        if not equals or not path or name not in params or not params[name].secret:
            secrets = [param.name for param in params.values() if param.secret]
            raise OptionError(f"expected NAME=FILE with one of {', '.join(secrets)}", option="--secret-file")
        found[name] = Path(path)
    return found


def _read(path: Path, name: str) -> str:
    try:
        return read_regular(path.expanduser(), _LARGEST).decode("ascii")
    except UnicodeDecodeError:
        why = "it is no plain text"  # the error would quote a secret
    except (OSError, RuntimeError, ValueError) as err:
        why = reason_of(err)
    raise InputError(f"{name}: {path} cannot be read: {why}") from None
