"""``slp-ops worker``: reads the switches of a site for a hub."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slp_ops.app.change_session import Risk
from slp_ops.app.sessions import HostKeyMode, SessionOptions
from slp_ops.cli.language import spoken
from slp_ops.cli.options import (
    ConsentOption,
    NamedPath,
    SelectingOption,
    inventory_option,
    message_lang_option,
    source_options,
)
from slp_ops.cli.rule_options import playbooks_option, rules_option
from slp_ops.cli.session_options import (
    connect_timeout_option,
    host_key_option,
    known_hosts_option,
    login_rate_option,
)
from slp_ops.cli.target import ssh_config_option
from slp_ops.cli.terminal import TerminalOperator

if TYPE_CHECKING:
    from slp_ops.app.selection import SourceOptions


@click.group(name="worker", invoke_without_command=True)
@click.option(
    "--site",
    "sites",
    cls=SelectingOption,
    multiple=True,
    envvar="SLP_OPS_SITE",
    metavar="SITE",
    help="The site whose switches this worker reads.",
)
@click.option(
    "--access",
    type=NamedPath(path_type=Path, file_okay=False),
    envvar="SLP_OPS_WORKER_ACCESS",
    metavar="FOLDER",
    help="Key and certificate of this worker. [default: where 'slp-ops worker join' wrote them]",
)
@click.option(
    "--max-sessions",
    type=click.IntRange(1, 5000),
    default=50,
    show_default=True,
    envvar="SLP_OPS_WORKER_MAX_SESSIONS",
    metavar="N",
    help="Concurrent sessions of this worker. The site's workers share the limit of the site at the hub.",
)
@click.option(
    "--usage-save",
    "saves_usage",
    cls=ConsentOption,
    is_flag=True,
    help="Permit slp-ops usage save --hub: a file of usage reports on flash, its copy, its deletion.",
)
@click.option(
    "--usage-import",
    "imports_usage",
    cls=ConsentOption,
    is_flag=True,
    help="Permit slp-ops usage import --hub: an approved file of CSSM on flash, its import, its deletion.",
)
@inventory_option
@ssh_config_option
@source_options
@click.option(
    "--allow",
    cls=ConsentOption,
    type=click.Choice([risk.value for risk in Risk]),
    default=Risk.CHANGE.value,
    show_default=True,
    help="Highest risk of an approved change that this worker makes.",
)
@rules_option
@playbooks_option
@known_hosts_option
@host_key_option
@login_rate_option
@connect_timeout_option
@message_lang_option
@click.pass_context
def command(
    context: click.Context,
    *,
    sites: tuple[str, ...],
    access: Path | None,
    max_sessions: int,
    saves_usage: bool,
    imports_usage: bool,
    inventory_path: Path | str,
    ssh_config: Path,
    sources: SourceOptions,
    allow: str,
    rules_dir: Path | None,
    playbooks_dir: Path | None,
    known_hosts: Path | None,
    host_key: str,
    login_rate: float,
    connect_timeout: float,
) -> None:
    """Read the switches of a site for a hub, close to them; runs until Ctrl-C or SIGTERM.

    Inventory, credentials and host keys are this worker's own. It only connects outwards, to the hub, and
    logs in to the switches of its own inventory alone. --login-rate is that of all workers of the site
    together.

    It makes a change only with the approval of an operator whose key it got when it joined, with its own
    playbooks, and up to its own --allow.
    """
    if context.invoked_subcommand is not None:
        return
    if len(sites) != 1:
        raise click.UsageError("a worker reads the switches of one site: give one --site")
    from slp_ops.app import run_worker
    from slp_ops.app.selection import DeviceSelection, Selection

    request = run_worker.WorkerRequest(
        site=sites[0],
        access=access,
        target=DeviceSelection(
            inventory_path=inventory_path,
            ssh_config=ssh_config,
            sources=sources,
            selection=Selection(sites=sites),
        ),
        connecting=SessionOptions(
            known_hosts=known_hosts,
            host_key=HostKeyMode(host_key),
            workers=max_sessions,
            login_rate=login_rate,
            connect_timeout=connect_timeout,
        ),
        allow=Risk(allow),
        rules_dir=rules_dir,
        playbooks_dir=playbooks_dir,
        saves_usage=saves_usage,
        imports_usage=imports_usage,
    )
    run_worker.run(request, TerminalOperator())
    click.echo(spoken("the worker has ended"), err=True)


def _host_and_port(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.BadParameter(f"{value!r} is not an address such as hub.example.net:4223")
    return host.strip("[]"), int(port)


def _one_time_code() -> str:
    """Return the code as it is typed or piped. It is no option: other users see command lines."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    code: str = click.prompt(spoken("one-time code"), hide_input=True, err=True)
    return code


@command.command()
@click.argument("hub", metavar="HOST:PORT", callback=_host_and_port)
@message_lang_option
def join(hub: tuple[str, int]) -> None:
    """Join a hub: make a key here, and get a certificate for it.

    HOST:PORT and the one-time code are those that 'slp-ops hub site add' printed. The code is asked for, or
    read from standard input where that is no terminal.
    """
    from slp_ops.app.cluster_extra import require_cluster

    require_cluster()
    from slp_ops.app import join_hub

    address, folder = asyncio.run(join_hub.join(*hub, _one_time_code()))
    click.echo(spoken(f"joined {address.host}:{address.port} as a worker of site {address.site}"))
    click.echo(spoken(f"key and certificate: {folder}"))
