"""Brings the AsyncAPI project's parser, once; versions and hashes stand in npm/package-lock.json."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.parts import MissingError, apt_install, say

SOURCE = Path(__file__).parent / "npm"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slaclock" / "contracts"


def parser_home() -> Path:
    """A folder with the parser and check.mjs. Raises MissingError when it cannot be had."""
    if shutil.which("npm") is None and not (apt_install("npm") and shutil.which("npm")):
        raise MissingError(
            "The parser of AsyncAPI comes through npm, which is not on PATH; install Node.js 20."
        )
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    home = CACHE / f"parser-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "parser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two runs at once the second finds what the first has brought
        if not home.exists():
            _bring(home)
        shutil.copy(SOURCE / "check.mjs", home)
    return home


def _bring(home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="new-", ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / "draft"
        draft.mkdir()
        say("fetching the parser of AsyncAPI with npm")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, draft)
        command = ["npm", "ci", "--silent", "--ignore-scripts", "--prefix", str(draft)]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            raise MissingError("npm could not bring the parser of AsyncAPI within 5 minutes.") from None
        if run.returncode:
            words = " | ".join((run.stderr + run.stdout).strip().splitlines()[-3:])
            raise MissingError(f"npm could not bring the parser of AsyncAPI: {words}")
        draft.rename(home)
