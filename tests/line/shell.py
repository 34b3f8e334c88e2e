"""Commands as they are typed, in a process that is started once for all of them."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import Self

from service.settings import Settings

#: Runs the commands of its input one after the other, in a process of their own that is started once.
_SHELL = """
import json, sys
from click.testing import CliRunner
from service.cli import slaclock
for line in sys.stdin:
    done = CliRunner().invoke(slaclock, json.loads(line))
    print(json.dumps([done.exit_code, done.stdout, done.stderr]), flush=True)
"""


@dataclass
class Shell:
    """Where commands are run, with the settings of the night."""

    child: asyncio.subprocess.Process

    @classmethod
    async def open(cls, settings: Settings, names: dict[str, str]) -> Self:
        own = {f"SLACLOCK_{name.upper()}_TOPIC": topic for name, topic in names.items()} | {
            "SLACLOCK_DATABASE_URL": settings.database_url.get_secret_value(),
            "SLACLOCK_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "SLACLOCK_GROUP": settings.group,
            "SLACLOCK_HOTLINE_QUEUES": settings.hotline_queues,
        }
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-c", _SHELL)
        return cls(
            await asyncio.create_subprocess_exec(*command, env=os.environ | own, stdin=pipe, stdout=pipe)
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Exit status, what was printed, and what was said on stderr."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps(words).encode() + b"\n")
        async with asyncio.timeout(60):
            status, out, err = json.loads(await self.child.stdout.readline())
        return status, out, err

    async def close(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()
        async with asyncio.timeout(30):
            await self.child.wait()
