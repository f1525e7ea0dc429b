"""Configuration files: YAML with line numbers, all problems in one report, value formats.

Inventories, playbooks and an operator's own rules are read with this; their schemas are in their own
packages.
"""
