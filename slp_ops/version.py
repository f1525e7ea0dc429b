"""The version of slp-ops."""

__version__ = "0.1.0"
