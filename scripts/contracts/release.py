"""Released contracts: a numbered copy each, which later ones are held against. A copy is never changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from scripts.contracts.folder import DOCUMENT, Folder

RELEASED: Final = "released"
_KEPT: Final = ("schemas", "examples")


def latest(now: Folder) -> Folder | None:
    """The contract that was released last."""
    numbers = _numbers(now)
    return Folder(now.home / RELEASED / str(numbers[-1])) if numbers else None


def release(now: Folder) -> Path:
    """Keep a copy of the contract under the next number, and say where."""
    home = now.home / RELEASED / str((_numbers(now) or [0])[-1] + 1)
    home.mkdir(parents=True)
    shutil.copy(now.home / DOCUMENT, home)
    for name in _KEPT:
        shutil.copytree(now.home / name, home / name)
    return home


def _numbers(now: Folder) -> list[int]:
    return sorted(int(path.name) for path in (now.home / RELEASED).glob("[0-9]*"))
