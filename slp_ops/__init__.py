"""slp-ops: why is this switch's licence reporting silent, and what answers it."""

__version__ = "0.1.0"
