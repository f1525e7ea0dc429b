"""``python -m slp_ops`` is ``slp-ops``."""

from slp_ops.signals import raise_interrupts


def main() -> None:
    """Handle signals, then import and run the command line."""
    raise_interrupts()
    try:
        from slp_ops.cli.main import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
