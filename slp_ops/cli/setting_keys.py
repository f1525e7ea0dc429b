"""Keys of the configuration file, so that a call imports only its own verb.

A test compares the table with the options of all verbs: each key is there once, with its kind.
"""

from __future__ import annotations

from typing import Final

from slp_ops.app.configuration import ValueKind

# The kind of the values, whether the key takes several, and the keys.
KEYS: Final = (
    (
        ValueKind.FLAG,
        False,
        "all_facts check-reachability.all clean debug details dry_run force_heavy in_band json "
        "offline once quiet refresh rollback_on_fail usage.save.all verbose",
    ),
    (
        ValueKind.NUMBER,
        False,
        "bundle_devices bundle_size command_timeout connect_timeout last login_rate login_timeout "
        "max_cpu max_output max_time probe_timeout remediate.max_fail remediate.wait reports "
        "reload_wait revert_timer runs.prune.keep trend.days usage.import.max_fail usage.import.wait "
        "usage.save.days usage.save.max_fail usage.save.wait watch.keep worker.max_sessions workers",
    ),
    (ValueKind.NUMBER_OR_WORD, False, "processes"),
    (
        ValueKind.PATH,
        False,
        "flows hub inventory known_hosts nats_server playbooks rules runs_dir ssh_config worker.access",
    ),
    (
        ValueKind.TEXT,
        False,
        "batch collect.set every evidence fail_on host_key lang limit runs.prune.older_than transport "
        "watch.older_than",
    ),
    (
        ValueKind.TEXT,
        True,
        "collect.command ignore select site tag target threshold",
    ),
)
