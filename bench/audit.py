"""Time to judge a saved switch: with parsing, and the rules alone.

.venv/bin/python -m bench.audit [--switches 1000] [--scenario dns-failure]
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import AuditOptions, run_rules
from slp_ops.commands import registry
from slp_ops.iosxe.refusals import outcome
from slp_ops.lab import scenarios
from slp_ops.lab.shell.operator import printed
from slp_ops.parsing import read
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch
    from slp_ops.model import CaptureStatus


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--switches", type=int, default=1000)
    options.add_argument("--scenario", default="dns-failure")
    chosen = options.parse_args()
    captures = captured(scenarios.load(chosen.scenario).build())
    audit_options = AuditOptions()
    run_rules(
        read(captures), audit_options=audit_options, intent=Intent()
    )  # what is loaded once does not count
    began = time.process_time()
    for _ in range(chosen.switches):
        facts = read(captures)
    parsed = time.process_time()
    for _ in range(chosen.switches):
        run_rules(facts, audit_options=audit_options, intent=Intent())
    ended = time.process_time()
    size = sum(len(text) for _, _, text in captures)
    rules = len(audit_options.rules(facts))
    parsing, judging = (1000 * span / chosen.switches for span in (parsed - began, ended - parsed))
    print(f"{chosen.switches} switches of {size / 1000:.0f} kB, {rules} rules, CPU of one switch:")
    print(f"  parsing and judging {parsing + judging:.1f} ms (at most 60)")
    print(f"  judging alone {judging:.1f} ms (at most 10)")


def captured(switch: Switch) -> list[tuple[str, CaptureStatus, str]]:
    """Captures of the baseline set and of tech support."""
    found = []
    for command in registry():
        if command.sets & {"baseline", "support"}:
            text = printed(switch, command.command)
            found.append((command.command, outcome(text.split("\n"))[0], text))
    return found


if __name__ == "__main__":
    main()
