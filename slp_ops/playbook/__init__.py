"""Remediations: one YAML file per playbook, in ``playbooks/`` at the top of the repository.

To add one: put a file there, with the form described in ``form``, and a case for it in the table of
``tests/playbooks/``: it must turn a broken lab switch into a sound one, find nothing to do afterwards,
and restore the earlier configuration. A condition or a proof that no file can express is a function
of a few lines in ``named``.
"""

from __future__ import annotations

from slp_ops.playbook.loading import folder, load, packaged, packaged_risks, risks_of
from slp_ops.playbook.model import (
    ConfigTemplate,
    ExecTemplate,
    LineKind,
    ManualTemplate,
    Parameter,
    Playbook,
    Risk,
    Setting,
)

__all__ = [
    "ConfigTemplate",
    "ExecTemplate",
    "LineKind",
    "ManualTemplate",
    "Parameter",
    "Playbook",
    "Risk",
    "Setting",
    "folder",
    "load",
    "packaged",
    "packaged_risks",
    "risks_of",
]
