"""Mistakes planted in the core, one at a time: the second implementation has to find every one of them.

Each is a mistake that somebody has made in some engine of this kind.
"""

import sys
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.sla import (
    calendars,
    history,
    instants,
    pauses,
    promise,
    succession,
    terms,
    ticket,
    ticks,
    timeline,
    view,
    walk,
)
from service.sla.calendars import Calendar, Edition, Version
from service.sla.instants import NEVER
from service.sla.judge import judge
from service.sla.policy import DayEnd, Unit
from service.sla.statements import State
from service.sla.timeline import Timeline
from service.sla.transitions import Happening
from tests.oracle import second, telling
from tests.oracle.cases import case

#: The module; the package calls its function by the same name.
judging = sys.modules[judge.__module__]

#: Where to look: what is not found among so many tickets is not found.
TICKETS = range(40_000, 44_000)

Plant = Callable[[pytest.MonkeyPatch], None]
PLANTED: dict[str, Plant] = {}


def mistake(plant: Plant) -> Plant:
    PLANTED[plant.__name__] = plant
    return plant


def test_without_a_mistake_the_two_agree():
    assert [seed for seed in TICKETS if _differ(seed)] == []


@pytest.mark.parametrize("name", PLANTED)
def test_the_second_implementation_finds(name: str, monkeypatch: pytest.MonkeyPatch):
    telling.forget()
    PLANTED[name](monkeypatch)
    try:
        found = next((seed for seed in TICKETS if _differ(seed)), None)
    finally:
        telling.forget()

    assert found is not None, f"{name}: nobody noticed"
    print(f"{name}: found after {found - TICKETS.start + 1} tickets")


def _differ(seed: int) -> bool:
    told = case(seed, kinds=())
    try:
        return telling.answer(told) != second.answer(told)
    except (AssertionError, LookupError, StopIteration, TypeError, ValueError):
        return True  # a mistake may also make the core fall over


# --- where a due lies -------------------------------------------------------------------------------


@mistake
def the_due_is_not_in_time(patch: pytest.MonkeyPatch) -> None:
    def pass_to(self: Any, instant: int) -> None:
        if self.due is not None and self.due <= instant:
            self.state = walk.TRANSITIONS[self.state][Happening.DUE]

    patch.setattr(walk.Walk, "_pass_to", pass_to)


@mistake
def holds_are_counted_in_wall_time(patch: pytest.MonkeyPatch) -> None:
    original = Timeline.used_up

    def used_up(self: Timeline, amount: int) -> int | None:
        if self.target.unit is not Unit.TIME or any(pause.end == NEVER for pause in self.pauses):
            return original(self, amount)
        due = self.edition.hours.after(self.clock, amount) if self.clock != NEVER else None
        if due is None:
            return None
        return due + sum(
            pause.end - max(pause.start, self.clock) for pause in self.pauses if pause.start < due
        )

    patch.setattr(Timeline, "used_up", used_up)


@mistake
def of_a_wall_time_that_comes_twice_the_second_is_taken(patch: pytest.MonkeyPatch) -> None:
    original = instants.at_wall

    def at_wall(day: Any, time_of_day: int, zone: Any) -> int:
        first = original(day, time_of_day, zone)
        again = first + 3600 * instants.SECOND
        shown = instants.moment_of(first, zone).replace(tzinfo=None)
        return again if instants.moment_of(again, zone).replace(tzinfo=None) == shown else first

    patch.setattr(calendars, "at_wall", at_wall)
    patch.setattr(ticks, "at_wall", at_wall)


@mistake
def a_day_counts_whose_end_lies_in_a_hold(patch: pytest.MonkeyPatch) -> None:
    def nth_day(self: Timeline, number: int) -> int | None:
        tick = self._ticks.at(number + sum(_whole_days(self, pause) for pause in self.pauses))
        return tick if tick < instants.LATEST else None

    def _whole_days(self: Timeline, pause: Any) -> int:
        return int(max(0, self._ticks.count(pause.end) - self._ticks.count(pause.start) - 1))

    patch.setattr(Timeline, "_nth_day", nth_day)


@mistake
def a_tick_at_the_end_of_a_hold_counts(patch: pytest.MonkeyPatch) -> None:
    original = Timeline._nth_day

    def nth_day(self: Timeline, number: int) -> int | None:
        earlier = [replace(p, end=p.end if p.end == NEVER else p.end - 1) for p in self.pauses]
        return original(replace(self, pauses=tuple(earlier)), number)

    patch.setattr(Timeline, "_nth_day", nth_day)


@mistake
def the_day_of_the_start_is_the_first_working_day(patch: pytest.MonkeyPatch) -> None:
    original = Edition.working_day

    def working_day(self: Edition, origin: Any, number: int) -> Any:
        return original(self, origin - timedelta(days=1), number)

    patch.setattr(Edition, "working_day", working_day)


@mistake
def closing_time_is_before_the_break(patch: pytest.MonkeyPatch) -> None:
    def closing(self: Edition, day: Any) -> int:
        return instants.at_wall(day, min(to for start, to in self.of(day) if to > start), self.zone)

    patch.setattr(Edition, "closing", closing)


@mistake
def days_end_at_midnight_whatever_the_rule_says(patch: pytest.MonkeyPatch) -> None:
    original = ticks.day_end

    def day_end(target: Any, *rest: Any) -> int:
        return original(replace(target, day_end=DayEnd.MIDNIGHT), *rest)

    patch.setattr(ticks, "day_end", day_end)


@mistake
def the_next_opening_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Timeline, "due", Timeline.used_up)


@mistake
def make_up_days_and_holidays_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Version, "of", lambda self, day: self.week[day.weekday()])


@mistake
def seconds_are_cut_off(patch: pytest.MonkeyPatch) -> None:
    original = Timeline.used_up

    def used_up(self: Timeline, amount: int) -> int | None:
        instant = original(self, amount)
        return None if instant is None else instant - instant % instants.MINUTE

    patch.setattr(Timeline, "used_up", used_up)


# --- what does not count ----------------------------------------------------------------------------


@mistake
def holds_never_run_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pauses, "limit_of", lambda hold, target: NEVER)


@mistake
def an_answer_ends_a_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pauses, "ENDS_HOLDS", pauses.ENDS_HOLDS | {"replied"})


@mistake
def every_reason_is_accepted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pauses, "accepted", lambda spans, reasons: tuple(spans))


@mistake
def exclusions_hold_in_every_area(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ticket, "bearing_on", lambda exclusions, events, attributes: tuple(exclusions))


@mistake
def a_withdrawn_exclusion_stays(patch: pytest.MonkeyPatch) -> None:
    original = succession.exclusions_of
    patch.setattr(
        succession,
        "exclusions_of",
        lambda events: original(event for event in events if event.type != "exclusion_withdrawn"),
    )


@mistake
def a_moment_both_held_and_excluded_is_held(patch: pytest.MonkeyPatch) -> None:
    original = Timeline.account

    def account(self: Timeline, until: int) -> Any:
        found = original(self, until)
        return replace(found, held=found.held + found.excluded, excluded=0)

    patch.setattr(Timeline, "account", account)


# --- start, stop, change ----------------------------------------------------------------------------


@mistake
def a_gate_needs_only_its_first_precondition(patch: pytest.MonkeyPatch) -> None:
    original = promise._gate
    patch.setattr(
        promise, "_gate", lambda target, told: original(replace(target, gate=target.gate[:1]), told)
    )


@mistake
def time_before_the_gate_is_a_pause(patch: pytest.MonkeyPatch) -> None:
    original = Timeline.account

    def account(self: Timeline, until: int) -> Any:
        found = original(self, until)
        return replace(found, held=found.held + found.gated, gated=0)

    patch.setattr(Timeline, "account", account)


@mistake
def cancelling_undoes_a_breach(patch: pytest.MonkeyPatch) -> None:
    table = {**walk.TRANSITIONS[State.BREACHED], Happening.CANCEL: State.CANCELLED}
    patch.setattr(walk, "TRANSITIONS", {**walk.TRANSITIONS, State.BREACHED: table})


@mistake
def merging_cancels_nothing(patch: pytest.MonkeyPatch) -> None:
    original = walk.Walk._happenings
    patch.setattr(
        walk.Walk,
        "_happenings",
        lambda self, place: (
            each
            for each in original(self, place)
            if each[0] is not Happening.CANCEL or each[1].type != "merged"
        ),
    )


@mistake
def what_is_reclassified_starts_anew(patch: pytest.MonkeyPatch) -> None:
    original = walk.Walk._arrive

    def arrive(self: Any, instant: int) -> None:
        later = replace(self.timeline.circumstances, gate=max(instant, self.timeline.circumstances.gate))
        self.timeline = replace(self.timeline, circumstances=later)
        original(self, instant)

    patch.setattr(walk.Walk, "_arrive", arrive)


@mistake
def a_change_may_put_the_due_into_the_past(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(terms, "moved", lambda clock, due, moves: due)


@mistake
def a_split_ticket_inherits_nothing(patch: pytest.MonkeyPatch) -> None:
    original = succession.ticket_of
    patch.setattr(
        succession, "ticket_of", lambda events, areas: replace(original(events, areas), inherited=None)
    )


@mistake
def a_new_version_decides_again_what_was_decided(patch: pytest.MonkeyPatch) -> None:
    original = succession.courses
    patch.setattr(
        succession, "courses", lambda target, told, carry=promise.FRESH: original(target, told, promise.FRESH)
    )


@mistake
def rungs_are_said_also_when_the_promise_was_not_in_force(patch: pytest.MonkeyPatch) -> None:
    original = judging.steps
    patch.setattr(judging, "steps", lambda course: original(replace(course, in_force=((0, NEVER),))))


@mistake
def a_void_counts_from_its_own_instant(patch: pytest.MonkeyPatch) -> None:
    original = history.voids
    patch.setattr(history, "voids", lambda events: original(events[::-1]))


# --- what is known ----------------------------------------------------------------------------------


@mistake
def grace_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(view.View, "_passed", lambda self, instant: instant < self.upto)


@mistake
def a_version_governs_the_day_on_which_it_is_published(patch: pytest.MonkeyPatch) -> None:
    def of(self: Edition, day: Any) -> Any:
        return self._versions[bisect_right(self._since, day.toordinal())].of(day)

    patch.setattr(Edition, "of", of)


@mistake
def a_statement_tells_what_was_published_later(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Calendar, "known_at", lambda self, instant: self.latest)


@mistake
def nobody_asks_how_far_the_calendar_is_known(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Timeline, "is_provisional", lambda self, instant: False)


@mistake
def a_statement_tells_of_holds_that_came_later(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timeline.Circumstances, "known_at", lambda self, instant: self)
