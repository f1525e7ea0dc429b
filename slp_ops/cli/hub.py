"""``slp-ops hub``: the broker that workers near the sites connect to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slp_ops.app.cluster_extra import require_cluster
from slp_ops.cli.exits import Result, code_of
from slp_ops.cli.language import spoken
from slp_ops.cli.options import NamedPath, json_option, lang_option, message_lang_option
from slp_ops.cli.writing import print_result, print_text
from slp_ops.json_documents import to_json
from slp_ops.paths import HUB_FOLDER

if TYPE_CHECKING:
    from types import ModuleType

    from slp_ops.i18n import Lang

_GB = 2**30

_folder_option = click.option(
    "--folder",
    envvar="SLP_OPS_HUB_FOLDER",
    type=NamedPath(file_okay=False, path_type=Path),
    default=HUB_FOLDER,
    show_default=True,
    help="The hub's folder: authority, sites, broker.",
)


def _service() -> ModuleType:
    """Return the service, with the extra installed. Raises InputError."""
    require_cluster()
    from slp_ops.app import hub

    return hub


def _say(text: str) -> None:
    click.echo(spoken(text))


@click.group(name="hub")
def command() -> None:
    """Run workers near the sites: a hub that they connect to."""


@command.command()
@_folder_option
@click.option(
    "--address",
    "addresses",
    multiple=True,
    required=True,
    metavar="NAME",
    help="Name or IP address at which workers reach this computer; several times for several.",
)
@click.option(
    "--listen",
    default="0.0.0.0",  # noqa: S104 - workers come from other networks, with certificates
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen on.",
)
@click.option(
    "--port",
    type=click.IntRange(1024, 65534),
    default=4222,
    show_default=True,
    help="TCP port of the broker; workers join on the next one.",
)
@click.option(
    "--disk",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    metavar="GB",
    help="Disk that the broker may use, in GB.",
)
@message_lang_option
def init(folder: Path, addresses: tuple[str, ...], listen: str, port: int, disk: int) -> None:
    """Make a hub: its certificate authority, its broker's configuration, the first operator's access."""
    hub = _service()

    hub.init(hub.NewHub(folder=folder, addresses=addresses, listen=listen, port=port, disk_bytes=disk * _GB))
    _say(f"hub: {folder}")
    _say("Next:")
    click.echo(f"  slp-ops hub up --folder {folder}")
    click.echo(f"  slp-ops hub site add SITE --folder {folder}")


@command.command()
@_folder_option
@click.option(
    "--nats-server",
    envvar="SLP_OPS_NATS_SERVER",
    type=NamedPath(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="The broker's program, 2.12.6 or later, instead of the one of slp-ops[cluster].",
)
@message_lang_option
def up(folder: Path, nats_server: Path | None) -> None:
    """Start the broker, and let workers join; runs until Ctrl-C or SIGTERM."""
    hub = _service()
    hub.run(folder, nats_server, _say)
    _say("the hub has ended")


@command.command()
@click.argument("certificate", metavar="CERTIFICATE", type=NamedPath(dir_okay=False, path_type=Path))
@_folder_option
@message_lang_option
def renew(certificate: Path, folder: Path) -> None:
    """Renew the certificate of an operator's access, also one that has expired.

    CERTIFICATE is certificate.pem of the access, or a copy of it: the file is replaced, and belongs back into
    that folder. The key stays where it is. 'hub up' renews the certificates in the hub's own folder.
    """
    hub = _service()

    until = hub.renew_access(folder, certificate)
    _say(f"renewed: {certificate}")
    _say(f"it is valid until {until:%Y-%m-%d}")


@command.group()
def site() -> None:
    """Add and revoke sites; forget a host key."""


@site.command()
@click.argument("name", metavar="SITE")
@_folder_option
@click.option(
    "--max-sessions",
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Sessions that all workers of the site together may open. [default: 50]",
)
@message_lang_option
def add(name: str, folder: Path, max_sessions: int | None) -> None:
    """Add a site, or invite another worker of it: print the one-time code with which a worker joins."""
    hub = _service()

    state, code = hub.add_site(folder, name, max_sessions)
    _say("On the computer near the site, within 24 hours and once:")
    click.echo(f"  slp-ops worker join {state.addresses[0]}:{state.join_port}")
    _say("It asks for this code:")
    click.echo(f"  {code}")


@site.command()
@click.argument("name", metavar="SITE")
@click.argument("host", metavar="HOST")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=22,
    show_default=True,
    metavar="N",
    help="The SSH port of the switch.",
)
@_folder_option
@message_lang_option
def forget_key(name: str, host: str, port: int, folder: Path) -> None:
    """Forget the first host key that workers of a site met at a switch, after its keys were generated again.

    HOST is as in the message of the refused session, and in known_hosts. A worker that has the old key there
    refuses the new one until that line is removed.
    """
    hub = _service()

    hub.forget_key(folder, name, host, port)
    _say(f"the host key of {host} port {port} is forgotten at site {name}")


@site.command()
@click.argument("name", metavar="SITE")
@_folder_option
@message_lang_option
def revoke(name: str, folder: Path) -> None:
    """Cut a site off: its workers' certificates are worth nothing from now on."""
    hub = _service()

    hub.revoke_site(folder, name)
    _say(f"site {name} is revoked; its workers are cut off")


@command.command()
@_folder_option
@lang_option
@json_option
def status(folder: Path, lang: Lang, as_json: bool) -> None:
    """Show sites, workers, releases, clocks, certificates, tasks and disk, and what needs attention.

    A worker whose certificate ends within 30 days is named, as is a site without a worker. Exit code 3 when
    something needs attention.
    """
    require_cluster()
    from slp_ops.app import hub_status
    from slp_ops.report.documents.hub import hub_status_document
    from slp_ops.report.terminal.hub import render_hub_status

    found = hub_status.status(folder)
    if as_json:
        print_result(to_json(hub_status_document(found)))
    else:
        print_text(render_hub_status(found, lang))
    raise click.exceptions.Exit(code_of(Result.HUB_REMARKS if found.remarks else Result.DONE))
