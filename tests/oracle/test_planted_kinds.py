"""Mistakes about kinds of promise and about doubt, planted one at a time: the comparison has to find every one of them.

Some are planted at the door of the core: it is given rules or a history that lack something. The others are planted in the
second implementation, which may be known here: what tells a right answer from a wrong one is the same ticket, whichever of
the two is wrong.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.sla.history import History
from service.sla.policy import LastDay, Rules, Target
from tests.oracle import legs, pleas, rules, second, steps, telling, told, walk
from tests.oracle.cases import AT_LAST, Case, case
from tests.oracle.stories import HALF_HOUR

#: Where to look: what is not found among so many tickets is not found.
TICKETS = range(50_000, 53_000)

Plant = Callable[[pytest.MonkeyPatch], None]
#: A mistake, and which kinds of targets show it.
IN_THE_CORE: dict[str, tuple[Plant, tuple[str, ...]]] = {}
IN_THE_SECOND: dict[str, tuple[Plant, tuple[str, ...]]] = {}


def in_the_second(*kinds: str) -> Callable[[Plant], None]:
    def note(plant: Plant) -> None:
        IN_THE_SECOND[plant.__name__] = plant, kinds

    return note


def of_targets(*kinds: str) -> Callable[[Callable[[Target], Target]], None]:
    """The core is given targets that are not as they were written."""

    def note(change: Callable[[Target], Target]) -> None:
        def changed(history: History, rules: Rules) -> tuple[History, Rules]:
            policies = (
                replace(policy, targets=tuple(map(change, policy.targets))) for policy in rules.versions
            )
            return history, Rules(tuple(policies))

        IN_THE_CORE[change.__name__] = _at_the_door(changed), kinds

    return note


def of_histories(*kinds: str) -> Callable[[Callable[[History], History]], None]:
    """The core is given a history that is not as it was."""

    def note(change: Callable[[History], History]) -> None:
        plant = _at_the_door(lambda history, rules: (change(history), rules))
        IN_THE_CORE[change.__name__] = plant, kinds

    return note


def _at_the_door(change: Callable[[History, Rules], tuple[History, Rules]]) -> Plant:
    judge = telling.judge
    return lambda patch: patch.setattr(
        telling, "judge", lambda history, rules, upto: judge(*change(history, rules), upto)
    )


@pytest.mark.parametrize("name", IN_THE_CORE)
def test_a_mistake_in_the_core_is_found(name: str, monkeypatch: pytest.MonkeyPatch):
    plant, kinds = IN_THE_CORE[name]
    assert _found(name, kinds, telling.answer, plant, monkeypatch)


@pytest.mark.parametrize("name", IN_THE_SECOND)
def test_a_mistake_in_the_second_is_found(name: str, monkeypatch: pytest.MonkeyPatch):
    plant, kinds = IN_THE_SECOND[name]
    assert _found(name, kinds, second.answer, plant, monkeypatch)


def _found(
    name: str,
    kinds: tuple[str, ...],
    answer: Callable[[Case], dict[str, Any]],
    plant: Plant,
    patch: pytest.MonkeyPatch,
) -> bool:
    """Whether some ticket, of which the two say the same, tells the mistake."""
    for seed in TICKETS:
        made = case(seed, kinds=kinds, meet=telling.marks)
        right = answer(made)
        with patch.context() as planted:
            plant(planted)
            wrong = _tells(answer, made, right)
        if wrong:
            assert telling.answer(made) == second.answer(made)
            print(f"{name}: found after {seed - TICKETS.start + 1} tickets")
            return True
    return False


def _tells(answer: Callable[[Case], dict[str, Any]], made: Case, right: dict[str, Any]) -> bool:
    try:
        return answer(made) != right
    except (AssertionError, LookupError, StopIteration, TypeError, ValueError):
        return True  # a mistake may also make it fall over


# --- more time ----------------------------------------------------------------------------------------


@of_targets("extension")
def as_many_are_granted_as_are_asked_for(target: Target) -> Target:
    return replace(target, extension=target.extension and replace(target.extension, most=99))


@of_targets("extension")
def anybody_may_approve(target: Target) -> Target:
    return replace(target, extension=target.extension and replace(target.extension, rank=-99))


@of_targets("extension")
def an_approval_is_never_late(target: Target) -> Target:
    return replace(target, extension=target.extension and replace(target.extension, within=10**15))


@of_histories("extension")
def what_is_refused_is_granted(history: History) -> History:
    return _told_otherwise(history, "extension_refused", "extension_approved")


@of_histories("extension")
def an_answer_cannot_grant_anything_else(history: History) -> History:
    kept = {"extension", "rank"}
    return replace(
        history,
        events=tuple(
            replace(e, attributes={name: v for name, v in e.attributes.items() if name in kept})
            if e.type == "extension_approved"
            else e
            for e in history.events
        ),
    )


@in_the_second("extension")
def what_is_asked_late_is_granted(patch: pytest.MonkeyPatch) -> None:
    by = legs.Leg.in_time_by
    patch.setattr(legs.Leg, "in_time_at", lambda self, event: by(self, event, self.pleas().granted))
    patch.setattr(legs.Leg, "in_time_by", lambda self, event, granted: True)


@in_the_second("extension")
def extensions_move_the_due_in_the_order_of_their_approvals(patch: pytest.MonkeyPatch) -> None:
    original = legs.Leg.reckoned

    def reckoned(self: legs.Leg, at: int | None, granted: list[pleas.Request]) -> int | None:
        answered = [(r.answer, r) for r in granted if r.answer]
        for answer, request in answered:
            request.event = answer
        return original(self, at, [r for _, r in sorted(answered, key=lambda pair: pair[0].key)])

    patch.setattr(legs.Leg, "reckoned", reckoned)


@in_the_second("extension")
def a_breach_does_not_wait_for_an_answer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pleas.Pleas, "__init__", _without_waits)


def _without_waits(self: pleas.Pleas) -> None:
    self.granted, self.evidence, self.waits = [], [], Forgetful()


class Forgetful(list[int]):
    def append(self, item: int) -> None:
        """It is lost."""


@in_the_second("extension")
def an_extension_arms_no_rungs(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        steps, "armings", lambda leg: [steps.Arming(-steps.NEVER, None, leg.rules.target["budget"])]
    )


@in_the_second("extension")
def armed_anew_the_rungs_lie_as_far_from_the_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "whole_at", lambda leg, request, before: before)


@in_the_second("extension")
def requests_are_heard_after_the_end(patch: pytest.MonkeyPatch) -> None:
    original = legs.heard
    patch.setattr(legs, "heard", lambda leg, until: original(leg, told.after_all(steps.NEVER)))


# --- deemed met ---------------------------------------------------------------------------------------


@of_targets("deemed")
def a_report_half_an_hour_late_counts(target: Target) -> Target:
    deemed = target.deemed and replace(target.deemed, within=target.deemed.within + HALF_HOUR)
    return replace(target, deemed=deemed)


@of_targets("lapsed")
def documents_may_come_half_an_hour_late(target: Target) -> Target:
    lapsed = target.lapsed and replace(target.lapsed, after=target.lapsed.after + HALF_HOUR)
    return replace(target, lapsed=lapsed)


@of_histories("deemed", "lapsed")
def what_was_refuted_counts(history: History) -> History:
    return _told_otherwise(history, "refuted", "noted")


@in_the_second("deemed")
def a_visit_that_failed_after_the_due_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(legs.Leg, "in_time_at", lambda self, event: True)


@in_the_second("lapsed")
def documents_that_come_to_nothing_after_the_due_count(patch: pytest.MonkeyPatch) -> None:
    in_time = legs.Leg.in_time
    patch.setattr(legs.Leg, "in_time", lambda self, key: key == told.after_all(key[0]) or in_time(self, key))


@in_the_second("deemed", "lapsed")
def nothing_outranks_a_deeming(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(walk.Walk, "replace", lambda self, leg, event, stops: leg.rules.may_start(event))


@in_the_second("deemed")
def a_missing_report_keeps_nobody_waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pleas.Deeming, "waits", lambda self: [])


# --- instants that events state -------------------------------------------------------------------------


@of_histories("before")
def an_instant_once_set_stays(history: History) -> History:
    first = min((e.at for e in history.events if e.type == "change_scheduled"), default=0)
    kept = (e for e in history.events if e.type != "change_scheduled" or e.at == first)
    return replace(history, events=tuple(kept))


@in_the_second("before")
def an_instant_that_has_passed_is_moved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(legs.Leg, "all_settings", _settings(lambda leg, event, last: not leg.rules.cancels(event)))


@in_the_second("before")
def what_was_called_off_is_moved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(legs.Leg, "all_settings", _settings(lambda leg, event, last: event.at < last))


def _settings(goes_on: Callable[[legs.Leg, told.Event, int], bool]) -> Callable[[legs.Leg], list[Any]]:
    def all_settings(self: legs.Leg) -> list[Any]:
        settings = [(self.start, self.rules.instant_in(self.start))]
        for event in self.rules.story.since(self.start) if self.rules.stated == "before" else ():
            if not goes_on(self, event, settings[-1][1] or 0):
                break
            if self.rules.starts(event):
                settings.append((event, self.rules.instant_in(event)))
        return settings

    return all_settings


@in_the_second("before")
def a_setting_arms_no_rungs(patch: pytest.MonkeyPatch) -> None:
    original = steps.stated_armings
    patch.setattr(
        steps,
        "stated_armings",
        lambda leg: [replace(original(leg)[-1], at=-steps.NEVER, by=None)],
    )


@in_the_second("promised")
def a_date_is_replaced_after_it_has_passed(patch: pytest.MonkeyPatch) -> None:
    in_time = legs.Leg.in_time

    def always_for_dates(self: legs.Leg, key: told.Key) -> bool:
        if self.rules.stated == "promised" and any(self.rules.starts(e) for e in _at(self, key)):
            return True
        return in_time(self, key)

    patch.setattr(legs.Leg, "in_time", always_for_dates)


def _at(leg: legs.Leg, key: told.Key) -> list[told.Event]:
    return [event for event in leg.rules.story.events if event.key == key]


@in_the_second("promised", "before")
def a_breach_may_lie_before_its_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(legs.Leg, "said_at", lambda self, instant: instant)


# --- other kinds ----------------------------------------------------------------------------------------


@of_targets("customers")
def the_customers_own_deadline_is_breached(target: Target) -> Target:
    return replace(target, customers=False)


@of_targets("urges")
def nobody_is_heard_until_they_urge_once_more(target: Target) -> Target:
    rungs = (replace(rung, urges=rung.urges and rung.urges + 1) for rung in target.rungs)
    return replace(target, rungs=tuple(rungs))


@of_histories("urges")
def taking_it_on_stops_no_rungs(history: History) -> History:
    return _told_otherwise(history, "acknowledged", "noted")


@of_targets()
def the_last_day_counts_to_the_wall_time_of_the_start(target: Target) -> Target:
    return replace(target, last_day=LastDay.SAME_TIME)


@of_targets()
def the_last_day_may_be_a_day_off(target: Target) -> Target:
    working = target.last_day is LastDay.WORKING
    return replace(target, last_day=LastDay.WHOLE) if working else target


@in_the_second("every")
def again_and_again_goes_on_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules.Rules, "all_idle", lambda self: [])


# --- doubt ----------------------------------------------------------------------------------------------


@of_histories("requires")
def a_silent_source_keeps_nobody_waiting(history: History) -> History:
    return replace(history, caps=dict.fromkeys(history.caps, AT_LAST))


@of_targets("requires")
def a_silent_source_keeps_everybody_waiting(target: Target) -> Target:
    return replace(target, requires=frozenset(("crm", "dispatch")))


@of_histories("requires")
def what_was_lost_is_forgotten(history: History) -> History:
    return replace(history, gaps=())


@of_histories("requires")
def what_one_source_lost_makes_everything_unproven(history: History) -> History:
    return replace(history, gaps=tuple(replace(gap, source="") for gap in history.gaps))


@of_histories("requires")
def a_gap_has_its_end(history: History) -> History:
    return replace(history, gaps=tuple(replace(gap, end=gap.end + 1) for gap in history.gaps))


@of_histories("requires")
def what_was_moved_by_hand_is_proved(history: History) -> History:
    return replace(history, proved=10**18)


@in_the_second("requires")
def a_source_that_is_complete_to_the_very_instant_has_passed_it(patch: pytest.MonkeyPatch) -> None:
    original = second.Spoken.complete_to
    patch.setattr(second.Spoken, "complete_to", lambda self, sources: original(self, sources) + bool(sources))


@in_the_second("requires")
def the_grace_of_a_decision_needs_no_proof(patch: pytest.MonkeyPatch) -> None:
    original = second.Spoken.unproven

    def unproven(self: second.Spoken) -> bool:
        target = self.leg.rules.target
        self.leg.rules.target = {**target, "grace": 0}
        try:
            return original(self)
        finally:
            self.leg.rules.target = target

    patch.setattr(second.Spoken, "unproven", unproven)


def _told_otherwise(history: History, kind: str, other: str) -> History:
    events = tuple(replace(e, type=other) if e.type == kind else e for e in history.events)
    return replace(history, events=events)
