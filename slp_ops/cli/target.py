"""The options that choose switches: -i, --ssh-config, --offline, --refresh, --site, --tag, --limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from slp_ops.app.selection import SSH_CONFIG, DeviceSelection, Selection, SourceOptions
from slp_ops.cli.completion import complete_run
from slp_ops.cli.options import (
    NamedPath,
    SelectingOption,
    inventory_option,
    selection_options,
    source_options,
)

_Command = TypeVar("_Command", bound=Callable[..., Any])

ssh_config_option = click.option(
    "--ssh-config",
    type=NamedPath(path_type=Path),
    envvar="SLP_OPS_SSH_CONFIG",
    default=SSH_CONFIG,
    show_default=str(SSH_CONFIG),
    show_envvar=True,
    metavar="FILE",
    help="Source of HostName, and of Port, User and ProxyJump if the inventory does not set them; "
    "'none' reads no file.",
)


failed_option = click.option(
    "--failed",
    cls=SelectingOption,
    metavar="RUN|last",
    shell_complete=complete_run,
    help="Only the devices that this run could not read completely, or not change.",
)


def target_options(command: _Command) -> _Command:
    """Add the options that choose switches; the command receives them as ``target``.

    The command has --runs-dir, too.
    """

    @wraps(command)
    def with_target(
        *args: Any,
        inventory_path: Path | str,
        ssh_config: Path,
        sources: SourceOptions,
        selection: Selection,
        failed: str | None,
        **kwargs: Any,
    ) -> Any:
        if failed is not None:
            from slp_ops.app.runs import failed_in

            selection = replace(selection, names=failed_in(kwargs["runs_dir"], failed))
        target = DeviceSelection(
            inventory_path=inventory_path, ssh_config=ssh_config, sources=sources, selection=selection
        )
        return command(*args, target=target, **kwargs)

    selecting = selection_options(failed_option(with_target))
    return inventory_option(ssh_config_option(source_options(selecting)))  # type: ignore[return-value]  # as given
