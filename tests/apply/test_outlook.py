"""Whoever only looks judges what the service judges: with areas, sources and the organisation as it knows them."""

from service.apply.outcome import Limits
from service.apply.outlook import look
from service.sla.instants import DAY, HOUR
from service.sla.judge import judge
from service.store import statements
from service.store.policies import Version
from tests.apply.staging import TENANT, area_record, garbage, key, read_rules, record
from tests.apply.test_directory import Office, chain, fact

RULES = read_rules(TENANT, [Version("p", "1", 0, "{}", 0)], ())


async def seen(stage, *tickets: str, limits: Limits | None = None):
    """The histories of `tickets` as an onlooker has them, and W."""
    async with stage.db.transaction() as tx:
        outlook = await look(tx, TENANT, RULES, limits or Limits(tenant=TENANT))
        return await outlook.histories(tx, [key(ticket) for ticket in tickets]), outlook


async def test_what_an_onlooker_finds_is_what_was_said(stage):
    office = Office(stage)
    await office.tell(
        fact("person", "p1", -9, unit="crew"),
        fact("unit", "crew", -9, head="p9"),
        fact("area", "north", -9, owner="p7", households=40),
    )
    await stage.send(
        record("A", "opened", 0, to="p1", area="north"),
        record("A", "resolved", 4),
        record("B", "opened", 0.5, to="p1"),
        record("C", "opened", 1, area="north"),
        garbage("C", 1.5),
    )
    await stage.tell(area_record("excluded", 1, span=(0.25, 0.75)))
    await stage.prove(9)
    await stage.settle()
    await stage.send(record("B", "resolved", 1.2, recorded=12))
    await office.tell(fact("unit", "crew", -8, recorded=13, head="p8"))
    await stage.prove(15)
    await stage.settle()

    histories, outlook = await seen(stage, "A", "B", "C")
    said = await stage.ask(statements.said, list(histories))
    for each, history in histories.items():
        in_force = {one.statement for one in said[each].values() if not one.withdrawn}
        assert in_force
        assert set(judge(history, RULES, outlook.upto).statements) == in_force


async def test_the_settings_bear_on_it(stage):
    office = Office(stage)
    await office.tell(fact("unit", "crew", -9, head="p9"))
    await stage.send(record("A", "opened", 0, team="crew"), record("A", "resolved", 3, recorded=5))
    await office.tell(fact("unit", "crew", -8, recorded=50, head="p8"))
    await stage.prove(60)

    async def found(limits: Limits) -> tuple[str, int]:
        histories, outlook = await seen(stage, "A", limits=limits)
        breach, *_, verdict = judge(histories[key("A")], RULES, outlook.upto).statements[1:]
        people = {link.role: link.person for link in breach.chain}
        return people["reviewer"], len(verdict.evidence.told_late if verdict.evidence else ())

    assert await found(Limits(tenant=TENANT)) == ("p8", 1)
    assert await found(Limits(tenant=TENANT, horizon=DAY, backdated_after=3 * HOUR)) == ("p9", 0)


async def test_of_an_earlier_instant_only_what_had_happened(stage):
    office = Office(stage)
    await office.tell(fact("unit", "crew", -9, head="p9"))
    await stage.send(record("A", "opened", 0, team="crew"), record("A", "resolved", 3))
    await office.tell(fact("unit", "crew", 4, head="p8", from_="2024-03-01T08:00:00Z"))
    await stage.prove(9)

    histories, outlook = await seen(stage, "A")
    before = outlook.as_of(histories[key("A")], outlook.upto - 7 * HOUR)
    assert [event.type for event in before.events] == ["opened"]
    at = before.events[0].at
    heads = [each.directory.head("crew", at).person for each in (histories[key("A")], before)]
    assert heads == ["p8", "p9"]


async def test_judging_again_minds_the_directory(stage):
    """A fact has come and nobody is woken for it yet: judged again by hand the breach names whom it names."""
    office = Office(stage)
    await office.tell(fact("unit", "crew", -9, head="p9"))
    await stage.send(record("A", "opened", 0, team="crew"))
    await stage.prove(2)
    await stage.settle()
    assert (await chain(stage, "A"))["reviewer"].person == "p9"

    await office.tell(fact("unit", "crew", -8, recorded=3, head="p8"))
    assert await stage.door.judge_again([key("A")]) == 1
    assert (await chain(stage, "A"))["reviewer"].person == "p8"
    assert await stage.door.judge_again([key("A")]) == 0
