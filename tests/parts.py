"""The real parts the tests run against: Apache Kafka out of Maven, Postgres 18 and Debian's Postgres 15.

`python -m tests.parts` prepares them and says what it does; a test run prepares what it finds missing.
What cannot be had is written to `LEFT_OUT`, one sentence each, and printed at the end of the run.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from service.demo.parts import (
    HOST,
    BrokerPart,
    Child,
    PartError,
    PostgresPart,
    broker,
    free_ports,
    postgres,
    wait_until,
    workspace,
)

KAFKA = "4.3.1"
JAVA_AT_LEAST = 17
DEBIAN_POSTGRES = Path("/usr/lib/postgresql/15/bin")
LEFT_OUT: list[str] = []

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>slaclock</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""

# `before` is where a proxy of a test may listen; who comes in through it is sent back to it. The session of the broker is
# longer than a busy machine lets it wait for the processor: fenced, it has no leaders. One that was killed comes back after it.
_PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},PROXIED://{host}:{behind},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},PROXIED://{host}:{before}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=16777216
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=500
"""

_JVM = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.net.preferIPv4Stack=true",
)


class MissingError(RuntimeError):
    """A part cannot be had on this machine; one sentence that says what to do."""


def unique(stem: str) -> str:
    """A name no other test has, for topics, groups and databases."""
    return f"{stem}-{uuid.uuid4().hex[:10]}"


# --- what Debian has to bring ---------------------------------------------------------------------


def say(text: str) -> None:
    print(f"parts: {text}", file=sys.stderr, flush=True)


def apt_install(*packages: str) -> bool:
    """Install Debian packages where we may; their services are not started."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"installing {' '.join(packages)} with apt-get")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    with _no_services():
        return _apt(install) or (_apt(["apt-get", "update", "-qq"]) and _apt(install))


def _apt(command: list[str]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run = subprocess.run(command, env=environment, capture_output=True, timeout=600, check=False)
    return run.returncode == 0


@contextmanager
def _no_services() -> Iterator[None]:
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def _java_release() -> int:
    with suppress(OSError, subprocess.TimeoutExpired):
        told = subprocess.run(["java", "-version"], capture_output=True, text=True, timeout=30, check=False)
        if found := re.search(r'version "(\d+)', told.stderr + told.stdout):
            return int(found[1])
    return 0


def _need_java() -> None:
    if _java_release() < JAVA_AT_LEAST:
        apt_install("default-jre-headless")
    if _java_release() < JAVA_AT_LEAST:
        raise MissingError(
            f"Apache Kafka needs Java {JAVA_AT_LEAST} or later; install it (Debian: default-jre-headless)."
        )


def _need_maven() -> None:
    if shutil.which("mvn") is None:
        apt_install("maven")
    if shutil.which("mvn") is None:
        raise MissingError(
            "Apache Kafka comes through Maven, which is not on PATH; install it (Debian: maven)."
        )


def debian_postgres() -> Path:
    """The programs of Debian's Postgres 15."""
    if not (DEBIAN_POSTGRES / "initdb").exists():
        apt_install("postgresql-15")
    if not (DEBIAN_POSTGRES / "initdb").exists():
        raise MissingError("Postgres 15 is missing; install Debian's postgresql-15.")
    return DEBIAN_POSTGRES


# --- Apache Kafka ---------------------------------------------------------------------------------


def kafka_home() -> Path:
    """A folder of the user's cache with Kafka's jars and a class archive, made once a version."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slaclock" / f"kafka-{KAFKA}"
    _need_java()
    if (home / "libs").exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once: the second finds the first one's
        if not (home / "libs").exists():
            _need_maven()
            _fetch_jars(home)
            _archive_classes(home)
    return home


def _fetch_jars(home: Path) -> None:
    say(f"fetching Apache Kafka {KAFKA} with Maven")
    with tempfile.TemporaryDirectory(dir=home, prefix="new-") as folder:
        Path(folder, "pom.xml").write_text(_POM)
        command = ["mvn", "-q", "-B", f"-Dmaven.repo.local={folder}/m2", "-f", f"{folder}/pom.xml"]
        command += ["org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={folder}/libs"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if run.returncode:
            words = " | ".join((run.stdout + run.stderr).strip().splitlines()[:3])
            raise MissingError(f"Maven could not bring Apache Kafka {KAFKA}: {words}")
        Path(folder, "libs").rename(home / "libs")


def _archive_classes(home: Path) -> None:
    """Let one run write down the classes it loads: later starts take half the time. Not needed to work."""
    draft = home / f"kafka.jsa.{os.getpid()}"
    with suppress(PartError), workspace("kafka") as folder:
        part = Kafka(home, folder, archive=f"-XX:ArchiveClassesAtExit={draft}")
        part.start()
        part.child.stop(signal.SIGTERM, 60)
    if draft.exists():
        draft.rename(home / "kafka.jsa")


@dataclass
class Kafka:
    """One Apache Kafka broker. Its ports and data stay the same from start to restart.

    A proxy that listens on `before` and forwards to `behind` sees all traffic of a client that was given
    `before` as its bootstrap.
    """

    home: Path
    folder: Path
    archive: str = ""
    ports: list[int] = field(default_factory=lambda: free_ports(4))
    kind: str = "kafka"
    child: Child = field(init=False)

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.ports[0]}"

    @property
    def behind(self) -> int:
        return self.ports[2]

    @property
    def before(self) -> int:
        return self.ports[3]

    def format(self) -> None:
        """Write the properties and an empty log."""
        port, controller, behind, before = self.ports
        places = {"port": port, "controller": controller, "behind": behind, "before": before}
        self._properties.write_text(_PROPERTIES.format(host=HOST, folder=self.folder, **places))
        tool = [
            "kafka.tools.StorageTool",
            "format",
            "-t",
            "c2xhY2xvY2stdGVzdHMtMQ",
            "-c",
            str(self._properties),
        ]
        done = Child(self._java(tool), log=self.folder / "format.log")
        try:
            wait_until("Kafka's format", lambda: done.status == 0, 60, done)
        finally:
            done.stop(signal.SIGKILL, 5)

    def start(self) -> None:
        """Start and wait until the broker serves."""
        if not self._properties.exists():
            self.format()
        log = self.folder / "kafka.log"
        log.touch()
        told = log.stat().st_size
        self.child = Child(self._java(["kafka.Kafka", str(self._properties)]), log=log)

        def serves() -> bool:
            with log.open("rb") as lines:
                lines.seek(told)
                return b"Kafka Server started" in lines.read()

        wait_until("Apache Kafka", serves, 60, self.child)

    def kill9(self) -> None:
        """SIGKILL: nothing is flushed, no leave is said."""
        self.child.kill()

    def stop(self) -> None:
        """SIGTERM and an orderly end."""
        self.child.stop(signal.SIGTERM, 20)

    def restart(self) -> None:
        """Start again after `kill9` or `stop`; stop first if it still runs."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, nothing answers."""
        self.child.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.child.send(signal.SIGCONT)

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, program: list[str]) -> list[str]:
        jars = ":".join(map(str, sorted((self.home / "libs").glob("*.jar"))))
        shared = self.home / "kafka.jsa"
        archive = self.archive or (f"-XX:SharedArchiveFile={shared}" if shared.exists() else "-Xshare:auto")
        if "kafka.Kafka" not in program and self.archive:
            archive = "-Xshare:auto"
        return ["java", *_JVM, "-Xshare:auto", archive, "-cp", jars, *program]


@contextmanager
def kafka() -> Iterator[Kafka | BrokerPart]:
    """An Apache Kafka broker; where it cannot be had, the demo's broker, and LEFT_OUT says so."""
    try:
        home = kafka_home()
    except MissingError as missing:
        LEFT_OUT.append(
            f"{missing} The tests ran on the demo's broker; those that need Kafka itself did not."
        )
        with broker() as part:
            yield part
        return
    with workspace("kafka") as folder:
        real = Kafka(home, folder)
        try:
            real.start()
            yield real
        finally:
            if hasattr(real, "child"):
                real.child.kill()


@dataclass
class Topics:
    """Topics with names of their own on one broker."""

    bootstrap: str

    async def create(self, stem: str = "topic", partitions: int = 4, **configuration: str) -> str:
        """A new topic; dots in the names of settings are written as underscores (cleanup_policy="compact")."""
        name = unique(stem)
        settings = {key.replace("_", "."): value for key, value in configuration.items()}
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            answer = await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=settings)])
            errors = [error for error in answer.topic_errors if error[1]]
            assert not errors, errors
        finally:
            await admin.close()
        return name


# --- Postgres -------------------------------------------------------------------------------------


@contextmanager
def postgres15() -> Iterator[PostgresPart]:
    """Debian's Postgres 15, or MissingError."""
    with postgres(programs=debian_postgres()) as part:
        yield part


def main() -> None:
    """Prepare every part, with a time for each."""
    for name, prepare in (("Apache Kafka", kafka_home), ("Postgres 15", debian_postgres)):
        begun = time.monotonic()
        try:
            prepare()
            say(f"{name} is ready ({time.monotonic() - begun:.1f} s)")
        except MissingError as missing:
            say(str(missing))


if __name__ == "__main__":
    main()
