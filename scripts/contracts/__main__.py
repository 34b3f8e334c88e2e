"""`python -m scripts.contracts write|check|release`: see `make help`."""

from __future__ import annotations

import sys

from scripts.contracts.compare import compared
from scripts.contracts.document import document, written
from scripts.contracts.folder import DOCUMENT, Folder
from scripts.contracts.release import latest, release


def main(command: str) -> int:
    """0: done, or nothing to say. 1: the contract breaks a promise of the latest release. 2: no such command."""
    now = Folder()
    match command:
        case "write":
            (now.home / DOCUMENT).write_text(written(document(now)))
        case "check" | "release":
            broken = compared(latest(now), now)
            print(*broken, sep="\n", end="\n" if broken else "")
            if broken:
                return 1
            if command == "release":
                print(f"The contract is kept as {release(now).relative_to(now.home)}.")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
