"""``show startup-config``: the saved configuration, judged where the running one was not read.

Using 4472 out of 2097152 bytes
version 17.9
hostname tyo-core-01
"""

from __future__ import annotations

from slp_ops.commands import ShowCommand, show_running_config

COMMAND = ShowCommand(
    command="show startup-config",
    parse=show_running_config.parse,
    provides=show_running_config.COMMAND.provides,
)
