"""What people write: YAML read with its line numbers, every problem noted at once, grammars for values.

Inventories, playbooks and an operator's own rules are read with this; what their keys mean stands with
them. Nothing here knows which file it reads.
"""
