"""`python -m service` is `slaclock`."""

from __future__ import annotations

from service.cli import slaclock


def main() -> None:
    """Run the command line of this process; ends it with the exit status."""
    slaclock.main()


if __name__ == "__main__":
    main()
