"""``python -m slp_ops`` is ``slp-ops``."""

from slp_ops.cli.main import main

main()
