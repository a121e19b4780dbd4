"""The command `srs`, and `python -m srs`."""

import sys


def main() -> None:
    """Load the command line and run it. Ctrl-C before it is there ends the process as it does later, without a word."""
    try:
        from srs.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
