"""Groups of areas, and exclusions for a whole file."""

from service import rules
from service.sla.policy import ANY_REASON, Target, Where
from tests.rules.test_errors import HEAD, TARGET, place, the_error

AREAS = "areas:\n  town: [Xihu, Donghu]\n  country: Anyi\n"
OTHERS = "  b:\n    stop: replied\n    budget: 1h\n"


def targets(text: str) -> dict[str, Target]:
    return {each.id: each for each in rules.read(text, name="test").targets}


def test_a_group_stands_for_its_areas():
    found = targets(HEAD + AREAS + TARGET + "    applies: {area: [town, Poyang]}\n")

    assert found["fix"].applies == (Where("area", frozenset({"Xihu", "Donghu", "Poyang"})),)


def test_a_group_that_is_not_meant():
    found = targets(HEAD + AREAS + TARGET + "    applies: {area: {not: [town, Poyang]}}\n")

    assert found["fix"].applies == (Where("area", frozenset({"Xihu", "Donghu", "Poyang"}), negated=True),)


def test_a_variant_by_group():
    found = targets(
        HEAD + AREAS + TARGET + "    overrides: [{name: far, when: {area: country}, budget: 72h}]\n"
    )

    assert found["fix/far"].applies == (Where("area", frozenset({"Anyi"})),)
    assert found["fix"].applies == (Where("area", frozenset({"Anyi"}), negated=True),)


def test_only_the_attribute_area_knows_groups():
    found = targets(HEAD + AREAS + TARGET + "    applies: {kind: town}\n")

    assert found["fix"].applies == (Where("kind", frozenset({"town"})),)


def test_a_group_within_a_group():
    error = the_error(HEAD + "areas:\n  all: [Xihu, town]\n  town: Xihu\n" + TARGET)

    assert place(error) == (7, 15, "areas.all[1]")
    assert "name its areas" in str(error)


def test_empty_groups():
    assert place(the_error(HEAD + "areas: {}\n" + TARGET)) == (6, 1, "areas")
    assert place(the_error(HEAD + "areas: {town: []}\n" + TARGET)) == (6, 9, "areas.town")


def test_exclusions_of_the_file_hold_for_targets_without_their_own():
    found = targets(HEAD + "exclusions: typhoon\n" + TARGET + "    exclusions: []\n" + OTHERS)

    assert (found["fix"].exclusions, found["b"].exclusions) == (frozenset(), frozenset({"typhoon"}))
    assert targets(HEAD + "exclusions: any\n" + TARGET)["fix"].exclusions == frozenset({ANY_REASON})


def test_nothing_is_excluded_from_a_date_that_was_promised():
    visit = "targets:\n  visit: {start: promise_accepted, promised: due, stop: resolved}\n"

    assert targets(HEAD + "exclusions: any\n" + visit)["visit"].exclusions == frozenset()


def test_any_is_every_reason():
    error = the_error(HEAD + "exclusions: [any, flood]\n" + TARGET)

    assert place(error) == (6, 1, "exclusions")


def test_a_reopening_states_no_instant():
    error = the_error(
        HEAD + "targets:\n  visit: {start: promise_accepted, promised: due, stop: resolved, reopen: new}\n"
    )

    assert (error.line, error.field) == (7, "targets.visit.reopen")
