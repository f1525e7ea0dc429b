"""The options of every verb that opens sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from slp_ops.app.sessions import ONE_A_CORE, HostKeyMode, SessionOptions
from slp_ops.cli.options import FiniteRange, HostKeyOption, NamedPath, NumberOrAuto
from slp_ops.cli.verbosity import set_verbosity

_Command = TypeVar("_Command", bound=Callable[..., Any])
_DEFAULT: Final = SessionOptions()


def _verbose_too(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
    set_verbosity(context, parameter, value)
    return value


connect_timeout_option = click.option(
    "--connect-timeout",
    type=FiniteRange(min=0.1),
    envvar="SLP_OPS_CONNECT_TIMEOUT",
    default=_DEFAULT.connect_timeout,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of the TCP connection.",
)
login_rate_option = click.option(
    "--login-rate",
    type=FiniteRange(min=0),
    envvar="SLP_OPS_LOGIN_RATE",
    default=_DEFAULT.login_rate,
    show_default=True,
    metavar="N",
    help="Logins started per second, to protect AAA servers; 0 is unlimited.",
)
host_key_option = click.option(
    "--host-key",
    cls=HostKeyOption,
    type=click.Choice([mode.value for mode in HostKeyMode]),
    envvar="SLP_OPS_HOST_KEY",
    default=_DEFAULT.host_key.value,
    show_default=True,
    help="strict: only known keys. tofu: trust and save a first key. off: no check. "
    "A changed key is refused by strict and tofu.",
)
known_hosts_option = click.option(
    "--known-hosts",
    type=NamedPath(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_KNOWN_HOSTS",
    help="File of host keys. [default: known_hosts in the user's state directory]",
)


def processes_option(command: _Command) -> _Command:
    """Add --processes to a verb that reads, below ``connecting_options``."""

    @wraps(command)
    def with_processes(*args: Any, connecting: SessionOptions, processes: int, **kwargs: Any) -> Any:
        return command(*args, connecting=replace(connecting, processes=processes), **kwargs)

    option = click.option(
        "--processes",
        type=NumberOrAuto(auto=ONE_A_CORE, largest=64),
        envvar="SLP_OPS_PROCESSES",
        default=_DEFAULT.processes,
        show_default=True,
        metavar="N|auto",
        help="Processes that read. auto: one a core, for 100 switches and more.",
    )
    return option(with_processes)  # type: ignore[return-value]  # click returns its argument


# What a worker decides, and nothing that is typed where a run is begun.
_OF_WORKERS: Final = ("known_hosts", "host_key", "login_rate", "connect_timeout", "workers", "processes")


def hub_option(command: _Command) -> _Command:
    """Add --hub to a verb that reads, below ``processes_option``."""

    @wraps(command)
    def with_hub(*args: Any, connecting: SessionOptions, hub: Path | None, **kwargs: Any) -> Any:
        if hub is not None:
            context = click.get_current_context()
            for name in _OF_WORKERS:
                if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
                    raise click.UsageError(
                        f"--{name.replace('_', '-')} is an option of slp-ops worker, not of --hub"
                    )
            connecting = replace(connecting, hub=hub)
        return command(*args, connecting=connecting, **kwargs)

    option = click.option(
        "--hub",
        type=NamedPath(path_type=Path, file_okay=False),
        envvar="SLP_OPS_HUB",
        metavar="FOLDER",
        help="Have the switches read by workers near them: the folder with your access to the hub, or the "
        "hub's own folder.",
    )
    return option(with_hub)  # type: ignore[return-value]  # click returns its argument


def connecting_options(command: _Command) -> _Command:
    """Add the options of sessions; the command receives them as ``connecting``."""

    @wraps(command)
    def with_connecting(
        *args: Any,
        known_hosts: Path | None,
        host_key: str,
        transport: str | None,
        workers: int,
        login_rate: float,
        connect_timeout: float,
        login_timeout: float | None,
        max_output: int | None,
        max_time: float | None,
        debug: bool,
        **kwargs: Any,
    ) -> Any:
        connecting = SessionOptions(
            known_hosts=known_hosts,
            host_key=HostKeyMode(host_key),
            transport=transport,
            workers=workers,
            login_rate=login_rate,
            connect_timeout=connect_timeout,
            login_timeout=login_timeout,
            max_output=max_output,
            max_time=max_time,
            debug=debug,
        )
        return command(*args, connecting=connecting, **kwargs)

    for option in (
        click.option(
            "--debug",
            is_flag=True,
            envvar="SLP_OPS_DEBUG",
            callback=_verbose_too,
            help="As --verbose, and keep a masked log of each session in the run: session-DEVICE.log. "
            "Copies by SCP and the logins of jump hosts are not in it.",
        ),
        click.option(
            "--max-time",
            type=FiniteRange(min=0.1),
            envvar="SLP_OPS_MAX_TIME",
            metavar="SECONDS",
            help="Total time limit of one command; the session is closed at the limit. "
            "[default: 600, heavy commands 7200, or the inventory's max_time]",
        ),
        click.option(
            "--max-output",
            type=click.IntRange(min=1, max=100_000),
            envvar="SLP_OPS_MAX_OUTPUT",
            metavar="MB",
            help="Output limit of one command in megabytes; the session is closed at the limit. "
            "[default: 64, heavy commands 1024, or the inventory's max_output]",
        ),
        click.option(
            "--login-timeout",
            type=FiniteRange(min=0.1),
            envvar="SLP_OPS_LOGIN_TIMEOUT",
            metavar="SECONDS",
            help="Time limit for SSH, login and the first prompt after the TCP connection. "
            "[default: 60, or the inventory's login_timeout]",
        ),
        connect_timeout_option,
        login_rate_option,
        click.option(
            "--workers",
            type=click.IntRange(min=1, max=5000),
            envvar="SLP_OPS_WORKERS",
            default=_DEFAULT.workers,
            show_default=True,
            metavar="N",
            help="Concurrent sessions.",
        ),
        click.option(
            "--transport",
            type=click.Choice(["netmiko", "asyncssh"]),
            envvar="SLP_OPS_TRANSPORT",
            help="Use this transport for every device, whatever the inventory says.",
        ),
        host_key_option,
        known_hosts_option,
    ):
        with_connecting = option(with_connecting)
    return with_connecting  # type: ignore[return-value]  # click returns its argument
