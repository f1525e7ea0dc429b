"""``slp-ops lab``: simulated switches on this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from slp_ops.cli.language import spoken
from slp_ops.cli.options import NamedPath, message_lang_option


def _parsed_time(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-01-15T09:00:00Z") from None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed


@click.group(name="lab")
def command() -> None:
    """Simulated switches on this machine, to try everything safely."""


@command.command(name="list")
@message_lang_option
def list_scenarios() -> None:
    """List the scenarios a simulated switch can be in."""
    from slp_ops.lab import scenarios

    width = max(len(name) for name in scenarios.names())
    for name in scenarios.names():
        click.echo(f"{name:<{width}}  {spoken(scenarios.load(name).title)}")


def _say(text: str) -> None:
    click.echo("\n".join(map(spoken, text.split("\n"))))


@command.command(name="up")
@click.option(
    "--size",
    envvar="SLP_OPS_LAB_SIZE",
    type=click.IntRange(1),
    metavar="N",
    help="Number of switches, instead of the default fleet.",
)
@click.option(
    "--scenario",
    envvar="SLP_OPS_LAB_SCENARIO",
    metavar="NAME",
    help="Scenario of the switches; see: slp-ops lab list.",
)
@click.option(
    "--base-port",
    envvar="SLP_OPS_LAB_BASE_PORT",
    type=click.IntRange(0, 65535),
    help="First TCP port; 0 uses free ports. [default: 22200]",
)
@click.option(
    "--inventory-out",
    envvar="SLP_OPS_LAB_INVENTORY_OUT",
    type=NamedPath(dir_okay=False, path_type=Path),
    help="Write an inventory of the switches to this file once all of them listen. [default: inventory.yaml, "
    "unless it exists]",
)
@click.option(
    "--journal",
    envvar="SLP_OPS_LAB_JOURNAL",
    type=NamedPath(dir_okay=False, path_type=Path),
    help="Append every line sent to the switches to this file, as JSON lines.",
)
@click.option(
    "--time-scale",
    envvar="SLP_OPS_LAB_TIME_SCALE",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="Simulated seconds in a real one: with 60, a minute of the switch is a second.",
)
@click.option(
    "--clock",
    envvar="SLP_OPS_LAB_CLOCK",
    metavar="TIME",
    callback=_parsed_time,
    help="Freeze the switches' clocks at this time (ISO 8601, UTC unless it has an offset), so that they "
    "print the same each time. Only a reload moves them on.",
)
@click.option(
    "--authorized-keys",
    envvar="SLP_OPS_LAB_AUTHORIZED_KEYS",
    type=NamedPath(exists=True, dir_okay=False, path_type=Path),
    help="Public keys that may log in besides the password, in OpenSSH's form.",
)
@click.option(
    "--bastion",
    envvar="SLP_OPS_LAB_BASTION",
    type=click.IntRange(0, 2),
    default=0,
    help="Number of jump hosts in front; the inventory lists them.",
)
@message_lang_option
def up(
    size: int | None,
    scenario: str | None,
    base_port: int | None,
    inventory_out: Path | None,
    journal: Path | None,
    time_scale: float,
    clock: datetime | None,
    authorized_keys: Path | None,
    bastion: int,
) -> None:
    """Start simulated switches; they run until Ctrl-C or SIGTERM.

    Without --size and --scenario they are those of inventory.example.yaml. User, password and enable
    password are netops.
    """
    from slp_ops.lab.up import Wanted, run

    run(
        Wanted(
            size=size,
            scenario=scenario,
            base_port=base_port,
            inventory_out=inventory_out,
            journal=journal,
            time_scale=time_scale,
            clock=clock,
            authorized_keys=authorized_keys,
            bastions=bastion,
        ),
        say=_say,
    )
