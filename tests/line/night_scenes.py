"""A night on call, played: `python -m tests.line.night_scenes` writes docs/night-on-call.md anew."""

import asyncio
from pathlib import Path

from service.demo.parts import postgres
from service.settings import Role
from service.sla.instants import HOUR, MINUTE, SECOND
from service.store.migrations import upgrade
from tests import parts
from tests.line.night import EVENING, Night, night
from tests.line.night_roster import plan, run_empty
from tests.running import opened, replied, until

PAGE = Path(__file__).parents[2] / "docs/night-on-call.md"


async def played(bootstrap: str, dsn: str) -> str:
    """The page."""
    async with night(bootstrap, dsn) as made:
        made.lines.append("# A night on call")
        made.say(_ABOUT)
        await _ten(made)
        await _frozen(made)
        await _unsent(made)
        await _parked(made)
        await run_empty(made)
        return "\n".join(made.lines) + "\n"


_ABOUT = """Four things that go wrong, each with the alert, the commands of its [runbook](runbooks/README.md) and what they
print. `python -m tests.line.night_scenes` plays it on a real broker and a real database and writes this page; a test plays it again
and holds the page against what comes. The clock is held, so commands were told the time with `--at`, which is left out
here; names of topics and of the broker are those of a service that runs alone."""


async def _ten(made: Night) -> None:
    made.say(
        "## 22:00. All is well",
        "Two tickets were opened; 座席-7 answers the hotline until midnight, then 座席-9 is planned.",
    )
    await plan(made)
    await made.bench.publish([opened("报修-101", EVENING), opened("报修-102", EVENING)])
    await made.at(EVENING + SECOND)
    await until(made.has_sent_all)
    await made.run("status")


async def _frozen(made: Night) -> None:
    made.say(
        "## 22:30. A partition stands: SlaWatermarkFrozen",
        "Somebody has left a transaction open that holds a ticket. The reply to 报修-101 comes in at 22:30 and cannot be applied, so "
        "nothing behind it in its partition can. At 22:33 [SlaWatermarkFrozen](runbooks/SlaWatermarkFrozen.md) fires.",
    )
    await made.at(EVENING + 30 * MINUTE)
    async with made.left_open("报修-101"):
        await made.bench.publish([replied("报修-101", EVENING + 30 * MINUTE)])
        made.clock.now = EVENING + 30 * MINUTE + 30 * SECOND
        await until(lambda: made.stands("behind"))
        made.clock.now = EVENING + 33 * MINUTE
        await until(made.has_probed)
        await made.run("status")
        made.say("Which partition, and how many records? `doctor` looks at the broker as well.")
        await made.run("doctor")
        made.say(
            "Broker, topics and consumers are well: what is not applied hangs in the database. The log of ingest says `slice_failed` with a "
            "lock time-out; `pg_stat_activity` shows who is `idle in transaction`. That session is ended."
        )
    await made.at(EVENING + 34 * MINUTE)
    await made.run("watermark", "show")
    await until(made.has_sent_all)
    await made.run("status")


async def _unsent(made: Night) -> None:
    made.say(
        "## 23:00. Nobody sends: SlaOutboxOld",
        "The relay has died. At 23:00 the answer to 报修-102 is due and does not come; the breach is decided and kept, and nobody hears of "
        "it. Some minutes later [SlaOutboxOld](runbooks/SlaOutboxOld.md) fires.",
    )
    await made.end(Role.RELAY)
    await made.at(EVENING + HOUR + MINUTE)
    await made.at(EVENING + HOUR + 4 * MINUTE)
    await made.run("status")
    made.say("What has been said and not heard:")
    await made.run("breaches", "--since", "8h")
    made.say("The relay is started again.")
    await made.start(Role.RELAY)
    await until(made.has_sent_all)
    await made.at(EVENING + HOUR + 5 * MINUTE)
    await made.run("status")


async def _parked(made: Night) -> None:
    made.say(
        "## 23:20. A record that nobody can read: SlaRecordsParked",
        "The desk publishes half a record about 报修-101. It is parked, and the ticket is in doubt: "
        "[SlaRecordsParked](runbooks/SlaRecordsParked.md).",
    )
    made.clock.now = EVENING + 80 * MINUTE
    await made.publish_garbage("报修-101")
    await until(made.has_parked)
    await made.at(EVENING + 80 * MINUTE + SECOND)
    await until(made.has_sent_all)
    await made.run("status")
    told = await made.run("parked", "list")
    place = next(word for line in told.splitlines() for word in line.split() if word.startswith("tickets."))
    own = place.replace("tickets.events.v1", made.names["tickets"])
    await made.run("parked", "show", own)
    made.say(
        "Until when has that to be decided? The desk says that it has sent the reply again, whole and under another id, so the record goes."
    )
    await made.run("near", "--within", "8h")
    await made.run("parked", "drop", own, "--reason", "published again under another id")
    await until(made.has_sent_all)
    await made.run("status")


async def _main() -> str:
    with parts.kafka() as kafka, postgres() as server:
        await upgrade(server.dsn)
        return await played(kafka.bootstrap, server.dsn)


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(_main()), encoding="utf-8")
