"""What the demo replays: the recorded events, the policy they are judged by, and what a back-test says of both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service import rules
from service.apply.registration import CalendarFile
from service.backtest import Backtest
from service.sla.events import Event
from service.sla.history import History
from service.sla.instants import DAY, SECOND, Instant
from service.sla.judge import judge
from service.sla.policy import Policy, Rules
from service.sla.statements import Statement
from service.wire.files import read_events

#: 2016-04-01T00:00:00Z: the end of the month whose incidents the sample holds.
UNTIL: Final[Instant] = 16_892 * DAY
SOURCE: Final = "service-desk"

_EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
POLICY_FILE: Final = _EXAMPLES / "policies" / "service-desk.yaml"
EVENTS_FILE: Final = _EXAMPLES / "data" / "servicenow_uci_shared.events.jsonl.gz"


class MissingExamplesError(Exception):
    """The examples are not beside the package; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Events up to `until`, and those of areas in `shared`; `document` is the text of `policy`, `calendars` its files."""

    events: tuple[Event, ...]
    policy: Policy
    document: str
    until: Instant
    shared: tuple[Event, ...] = ()
    calendars: tuple[CalendarFile, ...] = ()

    @property
    def start(self) -> Instant:
        """A moment before the first event."""
        return min(event.at for event in (*self.events, *self.shared)) - SECOND


def load() -> Recording:
    """The recorded month of a service desk. Raises MissingExamplesError."""
    for path in (POLICY_FILE, EVENTS_FILE):
        if not path.is_file():
            message = f"{path.name} is not there: run the demo from a checkout, which has it under examples/"
            raise MissingExamplesError(message)
    document = POLICY_FILE.read_text(encoding="utf-8")
    policy = rules.read(document, name=POLICY_FILE.name)
    items = read_events(EVENTS_FILE, tenant=policy.tenant, source=SOURCE)
    events = tuple(item for item in items if isinstance(item, Event) and item.at <= UNTIL)
    return Recording(events, policy, document, UNTIL)


def backtest(recording: Recording) -> dict[str, Statement]:
    """The statements in force at the recording's end, by id."""
    versions = Rules((recording.policy,))
    if recording.shared:
        told: dict[str, list[Event]] = {}
        for event in recording.events:
            told.setdefault(event.ticket, []).append(event)
        histories = (History(tuple(events), shared=recording.shared) for events in told.values())
        judgements = [judge(history, versions, recording.until) for history in histories]
    else:
        test = Backtest(versions, until=recording.until)
        judgements = [judged.judgement for judged in test.judged(recording.events)]
    return {statement.id: statement for judgement in judgements for statement in judgement.statements}
