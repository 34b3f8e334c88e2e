"""A real Prometheus and a real Alertmanager beside a running service, and a webhook that hears what they say.

Rules, routes and inhibitions are the committed files; only how long things take is shorter: what has to last minutes before
somebody is told lasts a second here.
"""

import asyncio
import json
import re
import shutil
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from scripts.monitoring.files import MADE
from service.demo.parts import HOST, Child, free_ports, wait_until
from tests.deploy import tools
from tests.deploy.composition import DEPLOY


def asked(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def is_up(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass
class Heard:
    """What the webhook was told: the receiver, and each alert with its status."""

    told: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def firing(self, alert: str, **labels: str) -> set[str]:
        """The receivers that were told of it with these labels."""
        wanted = {"alertname": alert, **labels}
        return {
            receiver
            for receiver, status, has in self.told
            if status == "firing" and wanted.items() <= has.items()
        }


@contextmanager
def webhook() -> Iterator[tuple[int, Heard]]:
    heard = Heard()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in message["alerts"]:
                heard.told.append((self.path.strip("/"), alert["status"], alert["labels"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer((HOST, 0), Hook)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Watch:
    """Where they listen, and what they say."""

    prometheus: str
    alertmanager: str
    heard: Heard

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The series of an instant query."""
        answer = asked(f"{self.prometheus}/api/v1/query?{urllib.parse.urlencode({'query': expr})}")
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def value(self, expr: str) -> float | None:
        """That of the only series."""
        found = self.query(expr)
        return float(found[0]["value"][1]) if found else None

    def suppressed(self, alert: str) -> bool:
        """Whether Alertmanager has it, and holds it back because of another one."""
        alerts = asked(f"{self.alertmanager}/api/v2/alerts")
        return any(
            each["status"]["state"] == "suppressed" and each["status"]["inhibitedBy"]
            for each in alerts
            if each["labels"]["alertname"] == alert
        )


@asynccontextmanager
async def watch(folder: Path, port: int) -> AsyncIterator[Watch]:
    """Watches the process that answers at `port`."""
    own, other, *_ = free_ports(2)
    with webhook() as (hook, heard):
        _configure(folder, port, other, hook)
        commands = {
            "alertmanager": [
                tools.alertmanager(),
                f"--config.file={folder / 'alertmanager.yml'}",
                f"--storage.path={folder / 'alerts'}",
                f"--web.listen-address={HOST}:{other}",
                "--cluster.listen-address=",
            ],
            "prometheus": [
                tools.prometheus(),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'series'}",
                f"--web.listen-address={HOST}:{own}",
                "--rules.alert.resend-delay=1s",
            ],
        }
        children = []
        try:
            for name, command in commands.items():
                children.append(Child(command, log=folder / f"{name}.log"))
                address = f"http://{HOST}:{other if name == 'alertmanager' else own}"
                await asyncio.to_thread(
                    wait_until, name, lambda at=address: is_up(f"{at}/-/ready"), 30, children[-1]
                )
            yield Watch(f"http://{HOST}:{own}", f"http://{HOST}:{other}", heard)
        finally:
            for child in children:
                child.kill()


def _configure(folder: Path, port: int, alertmanager: int, hook: int) -> None:
    shutil.copytree(MADE / "rules", folder / "rules")
    for path in (folder / "rules").glob("*.yaml"):
        path.write_text(re.sub(r"^(\s*for:) .*$", r"\1 1s", path.read_text(), flags=re.MULTILINE))
    routes = (DEPLOY / "alertmanager.yml").read_text().replace("localhost:9095", f"{HOST}:{hook}")
    routes = re.sub(r"(group_wait|group_interval): \d+[sm]", r"\1: 2s", routes)
    (folder / "alertmanager.yml").write_text(routes)
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules/*.yaml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"{HOST}:{alertmanager}"]}]}]},
        "scrape_configs": [{"job_name": "slaclock", "static_configs": [{"targets": [f"{HOST}:{port}"]}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))


def now() -> int:
    """The real time: Prometheus reckons ages by it."""
    return time.time_ns() // 1_000
