"""Initial log buffer of a scenario: the boot and the scenario's messages, in order of time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from slp_ops.lab.syslog import Log

if TYPE_CHECKING:
    from slp_ops.lab.scenarios._schema import ScenarioFile
    from slp_ops.lab.state import SwitchState


def build(file: ScenarioFile, switch: SwitchState) -> Log:
    """Build the log at the time of the first connection."""
    log = Log(size=file.log_size, trusted=switch.clock.synchronised)
    lines = [(switch.booted + after, text) for after, text in _BOOT]
    for form in file.log:
        for number in range(form.count):
            back = form.at + (form.every or timedelta()) * (form.count - 1 - number)
            # Real messages never fall on whole seconds.
            jitter = timedelta(milliseconds=number * 137 % 911)
            lines.append((switch.clock.start - back + jitter, form.text))
    for when, text in sorted(lines, key=lambda line: line[0]):
        log.add(when, text)
    return log


_BOOT = tuple(
    (timedelta(seconds=seconds), text)
    for seconds, text in (
        (38.2, "%SMART_LIC-6-AGENT_ENABLED: Smart Agent for Licensing is enabled"),
        (39.1, "%SMART_LIC-6-EXPORT_CONTROLLED: Usage of export controlled features is not allowed"),
        (41.7, "%CRYPTO_ENGINE-5-KEY_ADDITION: A key named TP-self-signed has been generated or imported"),
        (44.0, "%SYS-5-CONFIG_I: Configured from memory by console"),
        (44.4, "%SYS-5-RESTART: System restarted --"),
        (52.9, "%PKI-6-TRUSTPOINT_CREATE: Trustpoint: SLA-TrustPoint created succesfully"),
        (61.3, "%LINK-3-UPDOWN: Interface GigabitEthernet1/0/1, changed state to up"),
        (62.3, "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet1/0/1, changed state to up"),
        (75.8, "%SMART_LIC-6-AGENT_READY: Smart Agent for Licensing is initialized"),
    )
)
