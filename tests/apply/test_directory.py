"""What is said of the organisation: who has to be heard, by what is known, and who is told.

Nine o'clock is the origin of hours. Promises are of an hour (`one_hour`): opened at nine and not stopped a ticket is warned
of at half past nine (role holder), breached at ten, and escalated at noon (role head, a word of the owner's).
"""

import json
from dataclasses import replace

from sqlalchemy import text

from service.apply import Slice, StillUnfit
from service.sla.evidence import Link
from service.sla.statements import Kind
from service.store import directory, parked, progress, statements, tickets
from service.wire import times
from service.wire.records import Reason, Record
from tests.apply.staging import TENANT, after, key, record

DIRECTORY = "directory.events.v1"
AUDIT = {"by": "anna", "reason": "asked the staff office"}


def fact(
    kind: str, subject: str, hours: float, /, *, recorded: float | None = None, id_: str | None = None, **told
) -> Record:
    """A record of a fact told so many hours after nine, which the broker got then or `recorded` hours after nine."""
    told = {name.rstrip("_"): value for name, value in told.items()}
    context = {
        "id": id_ or f"{kind}-{subject}-{hours}", "source": "staff", "specversion": "1.0", "subject": subject,
        "type": f"slaclock.directory.{kind}.v1", "time": times.write(after(hours)), "tenant": TENANT,
    }  # fmt: skip
    headers = (("content-type", b"application/json"), *((f"ce_{k}", v.encode()) for k, v in context.items()))
    stamp = after(hours if recorded is None else recorded)
    return Record(DIRECTORY, 0, -1, stamp, b"k", json.dumps({"attributes": told}).encode(), headers)


class Office:
    """The partition of the directory, on a stage."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.end = 0

    async def tell(self, *records: Record):
        if not self.end:
            async with self.stage.db.transaction() as tx:
                self.epoch = (await progress.own(tx, DIRECTORY, [0]))[0].epoch
        put = tuple(replace(one, offset=self.end + n) for n, one in enumerate(records))
        piece = Slice(
            topic=DIRECTORY, part=0, epoch=self.epoch, first=self.end, next=self.end + len(put), records=put
        )
        applied = await self.stage.door.apply_directory(piece)
        self.end = piece.next
        return applied

    async def prove(self, hours: float) -> None:
        """A probe that read the clock then finds the partition applied."""
        async with self.stage.db.transaction() as tx:
            await progress.prove(tx, DIRECTORY, {0: self.end}, after(hours))


async def chain(stage, ticket: str, name: str = "breach") -> dict[str, Link]:
    """The newest chain said under `name`, by role."""
    said = await stage.ask(statements.said, [key(ticket)])
    (one,) = [each for each in said[key(ticket)].values() if each.statement.name == name]
    return {link.role: link for link in one.statement.chain}


async def envelopes(stage, ticket: str, name: str) -> list[dict]:
    """What was said of the circumstances, revision by revision."""
    found = {}
    for row in await stage.outgoing():
        data = json.loads(row.value)["data"]
        if (data.get("ticket"), data.get("name")) == (ticket, name):
            found[data["rev"]] = data["said"]
    return [found[rev] for rev in sorted(found)]


def opened(ticket: str, hours: float = 0, **more) -> Record:
    return record(ticket, "opened", hours, to="p1", by="p2", area="north", **more)


STAFF = (
    fact("person", "p1", -9, unit="team"),
    fact("person", "p9", -9, unit="team"),
    fact("unit", "team", -9, kind="team", head="p9"),
)


async def test_chains_name_who_the_directory_knows(stage):
    office = Office(stage)
    applied = await office.tell(*STAFF, STAFF[0])
    await stage.send(opened("A"))
    await office.prove(1.1)
    await stage.prove(1.1)
    await stage.settle()

    assert (applied.applied, applied.duplicates) == (3, 1)
    named = await chain(stage, "A")
    assert named["holder"] == Link("holder", "p1")
    assert named["reviewer"] == Link("reviewer", "p9")
    assert named["area_owner"] == Link("area_owner", "", "unknown_area")
    (said,) = await envelopes(stage, "A", "breach")
    assert said["review"] == "statement_pending"
    assert "provisional" not in said


async def test_a_correction_revises_only_whose_roles_change_and_names_its_fact(stage):
    office = Office(stage)
    await office.tell(*STAFF)
    await stage.send(opened("A"), record("B", "opened", 0, to="p5", by="p2"))
    await stage.prove(1.1)
    await stage.settle()
    before = await stage.said("B")

    await office.tell(
        fact("person", "p7", 2),
        fact("unit", "team", 2, kind="team", head="p8", from_=times.write(after(0.5))),
    )
    assert await stage.settle() == 2  # both are looked at, since either might name the head
    assert (await chain(stage, "A"))["reviewer"] == Link("reviewer", "p8")
    assert "breach 2" in await stage.said("A")
    assert await stage.said("B") == before
    first, second = await envelopes(stage, "A", "breach")
    assert first["cause"] is None
    assert second["cause"] == {"source": "staff", "id": "unit-team-2"}
    assert await stage.settle() == 0

    await office.tell(fact("voided", "team", 3, event="unit-team-2"))
    await stage.settle()
    assert (await chain(stage, "A"))["reviewer"] == Link("reviewer", "p9")
    assert (await envelopes(stage, "A", "breach"))[2]["cause"] == {"source": "staff", "id": "voided-team-3"}


async def test_what_begins_after_a_breach_leaves_it_alone(stage):
    office = Office(stage)
    await office.tell(*STAFF)
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()

    await office.tell(fact("unit", "team", 1.05, kind="team", head="p8"))
    assert await stage.settle() == 0
    await stage.prove(3.1)
    await stage.settle()
    assert (await chain(stage, "A"))["reviewer"].person == "p9"
    assert (await chain(stage, "A", "head"))["reviewer"].person == "p8"


async def test_what_is_recorded_beyond_the_horizon_bears_on_nothing(stage):
    """90 days are 2,160 hours; the breach is of ten o'clock, an hour after nine."""
    office = Office(stage)
    await office.tell(*STAFF)
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()
    change = {"kind": "team", "from_": times.write(after(0))}

    await office.tell(fact("unit", "team", 2, recorded=2161.1, head="p7", **change))
    assert await stage.settle() in {0, 1}  # the escalation was not said yet
    assert (await chain(stage, "A"))["reviewer"].person == "p9"
    await office.tell(fact("unit", "team", 3, recorded=2161, head="p8", **change))
    assert await stage.settle() == 1
    assert (await chain(stage, "A"))["reviewer"].person == "p8"


async def test_a_rung_that_was_sent_is_not_sent_to_somebody_else(stage):
    office = Office(stage)
    await stage.send(opened("A"))
    await stage.prove(3.1)
    await stage.settle()
    (warned,) = await envelopes(stage, "A", "half")
    (escalated,) = await envelopes(stage, "A", "head")
    assert warned["addressed"] == {"person": "p1"}
    assert escalated["addressed"] == {"person": "", "reason": "unknown_role"}

    # It was with p3 since a quarter past nine, as is learnt afterwards.
    await stage.send(record("A", "assigned", 0.25, recorded=3.2, to="p3"))
    await office.tell(*STAFF)
    await stage.settle()
    assert await envelopes(stage, "A", "half") == [warned]
    assert (await chain(stage, "A", "head"))["holder"].person == "p3"
    assert [one["addressed"] for one in await envelopes(stage, "A", "head")] == [escalated["addressed"]] * 3

    await stage.send(record("A", "resolved", 0.3, recorded=3.3))
    *_, withdrawn = await envelopes(stage, "A", "half")
    assert withdrawn["addressed"] == {"person": "p1"}


async def test_chains_are_provisional_while_the_topic_is_not_read_up_to_w(stage):
    office = Office(stage)
    await stage.send(opened("A"), opened("B", 1), opened("C", 2))
    await stage.prove(1.1)
    await stage.settle()  # nobody has ever said anything on the topic
    await office.tell(*STAFF)
    await stage.prove(2.1)
    await stage.settle()
    await office.prove(3.1)
    await stage.prove(3.1)
    await stage.settle()

    said = [(await envelopes(stage, ticket, "breach"))[-1].get("provisional") for ticket in ("A", "B", "C")]
    # A was revised when the first facts came; that was before the topic was proved.
    assert said == ["directory", "directory", None]
    assert (await envelopes(stage, "A", "breach"))[0].get("provisional") is None
    assert "provisional" not in (await envelopes(stage, "A", "half"))[0]


async def test_a_record_that_cannot_be_read_holds_nothing_up_and_leaves_chains_provisional(stage):
    office = Office(stage)
    applied = await office.tell(STAFF[0], replace(STAFF[1], value=b"{"), fact("team", "x", 0))
    await stage.send(opened("A"), opened("B", 1))
    await office.prove(1.1)
    proved = await stage.prove(1.1)
    await stage.settle()

    assert applied.parked == {Reason.NOT_JSON: 1, Reason.UNKNOWN_TYPE: 1}
    assert (proved.at, proved.frozen) == (after(1.1), "")
    assert "breach 1" in await stage.said("A")
    assert (await envelopes(stage, "A", "breach"))[0]["provisional"] == "directory"

    for offset in (1, 2):
        try:
            await stage.door.release(DIRECTORY, 0, offset, **AUDIT)
        except StillUnfit:
            await stage.door.drop(DIRECTORY, 0, offset, **AUDIT)
    await office.prove(2.1)
    await stage.prove(2.1)
    await stage.settle()
    assert "provisional" not in (await envelopes(stage, "B", "breach"))[0]
    assert "provisional" in (await envelopes(stage, "A", "breach"))[-1]  # no revision for that


async def test_a_fact_ahead_of_its_record_is_applied_once_w_has_passed_it(stage):
    office = Office(stage)
    await office.tell(*STAFF[1:], fact("person", "p1", 0.5, recorded=-9, unit="team"))
    await stage.send(opened("A"))
    assert await stage.parked() == [(2, "ahead_of_record")]

    await stage.prove(1.1)
    await stage.settle()
    assert await stage.parked() == []
    assert (await chain(stage, "A"))["reviewer"].person == "p9"


async def test_an_id_used_again_is_parked_and_can_replace_the_first(stage):
    office = Office(stage)
    await office.tell(*STAFF)
    await office.tell(fact("unit", "team", -9, kind="team", head="p8"))
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()
    assert await stage.parked() == [(3, "id_reused")]
    assert (await chain(stage, "A"))["reviewer"].person == "p9"

    await stage.door.release(DIRECTORY, 0, 3, replace=True, **AUDIT)
    await stage.settle()
    assert (await chain(stage, "A"))["reviewer"].person == "p8"


async def test_proofs_told_late_are_known_by_the_times_of_their_records(stage):
    await stage.send(opened("A"), record("A", "resolved", 0.9, recorded=2.5))
    (verdict,) = [
        one
        for one in (await stage.ask(statements.said, [key("A")]))[key("A")].values()
        if one.statement.kind is Kind.VERDICT
    ]
    (late,) = verdict.statement.evidence.told_late

    assert (late.event, late.at, late.recorded) == (("desk", "A-resolved-0.9"), after(0.9), after(2.5))
    await stage.prove(3)
    assert await stage.settle() == 0 or len(await stage.said("A")) == 2  # read back it is as it was judged


async def test_what_a_release_without_chains_has_said_is_revised_with_its_next_change_only(stage):
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()
    async with stage.db.transaction() as tx:
        await tx.run(text("ALTER TABLE statement DISABLE TRIGGER statement_append_only"))
        await tx.run(text("""
            UPDATE statement SET addressed = NULL, addressed_reason = NULL, content = convert_to((
                convert_from(content, 'UTF8')::jsonb - 'holders' - 'chain' - 'evidence')::text, 'UTF8')
        """))  # fmt: skip
        await tx.run(text("ALTER TABLE statement ENABLE TRIGGER statement_append_only"))
    assert await chain(stage, "A") == {}

    await stage.door.judge_again([key("A")])
    assert await stage.said("A") == ["half 1", "breach 1"]
    await stage.send(record("A", "held", 0.1, recorded=1.2, reason="x"))
    assert await stage.said("A") == ["half 1", "breach 1"]


async def test_applying_the_directory_waits_for_judging_and_rolls_back_as_a_whole(stage):
    office = Office(stage)
    await office.tell(*STAFF)
    async with stage.db.transaction() as tx:
        assert await directory.revision(tx) == 3
        assert await directory.lag(tx, DIRECTORY) == 0
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()
    async with stage.db.transaction() as tx:
        assert await directory.mark(tx, {TENANT: after(1)}) == 1
        assert await directory.mark(tx, {TENANT: after(1)}) == 0  # due already
        assert (await tickets.backlog(tx)).due == 1
    async with stage.db.transaction() as tx:
        assert await parked.standing(tx) == []
