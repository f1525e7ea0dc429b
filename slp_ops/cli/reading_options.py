"""Options of reading a switch, shared by all verbs that collect."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import click

from slp_ops.cli.completion import complete_run
from slp_ops.cli.options import FiniteRange, SelectingVerbOption
from slp_ops.model import EvidenceForm

_Command = TypeVar("_Command", bound=Callable[..., Any])


def resume_option(verb: str) -> Callable[[_Command], _Command]:
    """Return the option --resume of a verb that reads switches."""
    return click.option(
        "--resume",
        cls=SelectingVerbOption,
        metavar="RUN|last",
        envvar=f"SLP_OPS_{verb.upper().replace('-', '_')}_RESUME",
        shell_complete=complete_run,
        help="Resume a run: read only what is missing or failed, into the same run.",
    )


evidence_option: Final = click.option(
    "--evidence",
    type=click.Choice([form.value for form in EvidenceForm]),
    default=EvidenceForm.AUTO.value,
    show_default=True,
    envvar="SLP_OPS_EVIDENCE",
    help="Form of a new run. files: a folder for each device. packed: a compressed file for each site. auto: "
    "packed from 2,000 devices.",
)


def with_collect_options(command: _Command) -> _Command:
    """Add --command-timeout, --max-cpu and --force-heavy; the command receives ``collect_options``."""

    @wraps(command)
    def wrapper(
        *args: Any, command_timeout: float | None, max_cpu: float, force_heavy: bool, **kwargs: Any
    ) -> Any:
        from slp_ops.app.read_device import CollectOptions

        collect_options = CollectOptions(
            command_timeout=command_timeout, max_cpu=None if force_heavy else max_cpu
        )
        return command(*args, collect_options=collect_options, **kwargs)

    for option in (
        click.option(
            "--force-heavy",
            is_flag=True,
            envvar="SLP_OPS_FORCE_HEAVY",
            help="Send the heavy commands at any CPU load.",
        ),
        click.option(
            "--max-cpu",
            type=FiniteRange(min=0, max=100),
            default=80.0,
            show_default=True,
            envvar="SLP_OPS_MAX_CPU",
            metavar="PERCENT",
            help="Skip the heavy commands (show license tech support, show tech-support) at this five-minute "
            "CPU load or above.",
        ),
        click.option(
            "--command-timeout",
            type=FiniteRange(min=0.5),
            envvar="SLP_OPS_COMMAND_TIMEOUT",
            metavar="SECONDS",
            help="Time out a command after this time without output. [default: 60, and 180 for the heavy "
            "ones]",
        ),
    ):
        wrapper = option(wrapper)
    return wrapper  # type: ignore[return-value]  # click returns its argument
