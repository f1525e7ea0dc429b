"""Keys of what the contexts of a call share, in ``click.Context.meta``."""

from __future__ import annotations

from typing import Final

CONFIG_FILE: Final = "slp_ops.config_file"  # the value of --config
