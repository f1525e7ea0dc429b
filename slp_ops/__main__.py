"""``python -m slp_ops`` is ``slp-ops``."""

import atexit
import gc
import os

from slp_ops.garbage import collect_rarely
from slp_ops.signals import end_at_signal, raise_interrupts


def main() -> None:
    """Handle signals, set the garbage collector, then import and run the command line."""
    raise_interrupts()
    collect_rarely()
    atexit.register(gc.freeze)  # else all objects are traversed once more, at the end
    try:
        from slp_ops.cli.main import main as run

        run()
    except KeyboardInterrupt:  # during an import, or a second one while the first is reported
        os._exit(130)
    except SystemExit as ended:
        end_at_signal(int(ended.code or 0))
        raise


if __name__ == "__main__":
    main()
