"""Every command of the runbooks is run as it stands there; those that need a broker in tests/line/test_night.py."""

import re
import shlex

import pytest
import yaml

from tests.apply.staging import SOURCES, TOPIC, garbage, record, source_record
from tests.cli.calling import ROOT, call
from tests.cli.night import environment, evening, happens
from tests.cli.test_calendar_register import OFFICE

FOLDER = ROOT / "docs/runbooks"
PAGES = {
    page.stem: page.read_text(encoding="utf-8")
    for page in sorted(FOLDER.glob("*.md"))
    if page.stem != "README"
}
PARTS = ("**Means.** ", "**First look.** ", "**Usual causes.** ", "**What helps.** ", "**Over when** ")

#: Alerts that somebody has to have a page for.
ALERTS = {
    "SlaWatermarkFrozen", "SlaWatermarkLate", "SlaDueNotJudged", "SlaOutboxOld", "SlaRecordsParked", "SlaTicketsInDoubt",
    "SlaCalendarEnds", "SlaCanaryMissing", "HotlineUncovered", "HotlineGapPlanned", "HotlineSourceSilent", "SlaBreachBurn",
    "SlaBreachesMany", "SlaEscalationNotAcknowledged", "SlaBreachesWithdrawn", "SlaRelayQuarantined",
}  # fmt: skip

#: They are run where there is a broker.
NEED_A_BROKER = frozenset({"doctor"})


def commands(page: str) -> list[list[str]]:
    """The commands of a page in their order, without `slaclock`."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    told = [shlex.split(line) for line in lines]
    assert all(words[0] == "slaclock" for words in told), told
    return [words[1:] for words in told]


@pytest.fixture
def night(database, tmp_path):
    """What each page speaks of, all in one night: a record of everything that can be parked, and a broken promise."""
    settings = environment(database, tmp_path)

    async def trouble(stage):
        await stage.send(garbage("T-2", 1.9), record("报修-1", "resolved", 5, recorded=1.95))
        await stage.report(source_record("outage", 1.9, "dispatch"))  # without a reason
        await stage.prove(2)

    happens(database, evening_and(trouble))
    (tmp_path / "office.yaml").write_text(OFFICE.format(until="2190-12-31", closed=""), encoding="utf-8")
    event = '{"event_id": "1", "ticket_id": "T-9", "type": "opened", "occurred_at": "2024-03-01T12:00:00Z"}\n'
    (tmp_path / "events.jsonl").write_text(event, encoding="utf-8")
    return settings, tmp_path


def evening_and(more):
    async def both(stage):
        await evening(stage)
        await more(stage)

    return both


def filled(page: str, words: list[str], folder) -> list[str]:
    """A command with what stands for the reader's own put in."""
    if "release" in words:
        place = f"{TOPIC}:0:7"
    else:
        place = f"{SOURCES}:0:0" if page == "SlaWatermarkFrozen" else f"{TOPIC}:0:6"
    own = {
        "TICKET": "报修-1",
        "TARGET": "repair",
        "TIME": "2024-03-01T11:30:00Z",
        "RECORD": place,
        "FILE": str(folder / ("office.yaml" if "calendar" in words else "events.jsonl")),
    }
    return [own.get(word, word) for word in words]


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_a_page(name, night):
    settings, folder = night
    for words in commands(PAGES[name]):
        if NEED_A_BROKER.intersection(words):
            continue
        result = call(*filled(name, words, folder), **settings)

        assert result.exit_code in ({0, 1, 2} if words == ["status"] else {0}), (words, result.output)
        assert result.stdout, words


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_five_parts_in_order(name):
    page = PAGES[name]

    assert page.startswith(f"# {name}\n")
    places = [page.index(f"\n{part}") for part in PARTS]
    assert places == sorted(places)
    assert commands(page)


def test_every_alert_has_a_page_and_the_index_has_every_page():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert set(PAGES) >= ALERTS
    assert set(re.findall(r"\]\((\w+)\.md\)", index)) == set(PAGES)


def test_the_alerts_that_are_deployed_have_pages():
    rules = [
        rule
        for path in sorted((ROOT / "deploy/helm/slaclock/files/rules").glob("*.yaml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    pages = {
        rule["annotations"].get("runbook_url", f"{rule['alert']}.md").rpartition("/")[2].removesuffix(".md")
        for rule in rules
    }

    assert rules
    assert pages <= set(PAGES)


@pytest.mark.parametrize("name", [*PAGES, "README"])
def test_links_lead_somewhere(name):
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for target, _, anchor in re.findall(r"\]\(([^)#]+)(#([^)]+))?\)", page):
        path = FOLDER / target
        assert path.is_file(), target
        heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in {head.lower().replace(" ", "-") for head in heads}, (target, anchor)
