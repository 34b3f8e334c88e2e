"""`python -m scripts.monitoring write|check`: see `make help`."""

from __future__ import annotations

import sys

from scripts.monitoring.files import ROOT, files, strangers


def main(command: str) -> int:
    """0: done, or every file is as it has to be. 1: one is not. 2: no such command."""
    stale = [path for path, text in files().items() if not path.exists() or path.read_text() != text]
    match command:
        case "write":
            for path in stale:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(files()[path])
            for path in strangers():
                path.unlink()
        case "check":
            for path in [*stale, *strangers()]:
                print(
                    f"{path.relative_to(ROOT)} is not what it has to be: run `make metrics`", file=sys.stderr
                )
            return int(bool(stale or strangers()))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
