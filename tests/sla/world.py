"""Random worlds for properties: the cases of `tests.oracle.cases` in values of the core, and odd events."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pprint import pformat
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from service.sla.calendars import Calendar
from service.sla.directory import Directory
from service.sla.events import DIRECTORY, SHARED, VOCABULARY, Event
from service.sla.history import History
from service.sla.hours import ALWAYS, Hours
from service.sla.instants import LATEST, Instant
from service.sla.policy import Policy, Rules, Target
from tests.oracle import cases, stories, telling
from tests.oracle.cases import AT_LAST, STORIES, Case
from tests.oracle.owners import WORDS
from tests.oracle.stories import HALF_HOUR
from tests.sla import people

__all__ = ["AT_LAST", "BEGINNINGS", "HALF_HOUR", "World", "on_worlds"]

UTC = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
ZONES = tuple(ZoneInfo(name) for name in sorted({zone for story in STORIES for zone in story.zones}))

#: The first instants of the stories.
BEGINNINGS = tuple(story.beginning for story in STORIES)

SEEDS: Final = st.integers(0, 2**62)


@dataclass(frozen=True)
class World:
    """One ticket of one owner, with all that will ever be known of it, and the case that it was made from."""

    rules: Rules
    history: History
    case: Case = field(compare=False, repr=False)

    @classmethod
    def of(cls, case: Case) -> "World":
        """The case, in values of the core."""
        history, rules = telling.world(case)
        directory = Directory.of(Event(**fact) for fact in case.get("directory", ()))
        recorded = {(source, id_): instant for source, id_, instant in case.get("recorded", ())}
        return cls(rules, replace(history, directory=directory, recorded=recorded), case)

    def with_events(self, events: tuple[Event, ...]) -> "World":
        """Other events of the ticket."""
        return replace(self, history=replace(self.history, events=events))

    def with_shared(self, shared: tuple[Event, ...]) -> "World":
        """Other events of the areas."""
        return replace(self, history=replace(self.history, shared=shared))

    def version(self, name: str) -> Policy:
        """The version of that name."""
        return next(policy for policy in self.rules.versions if policy.version == name)

    def target(self, version: str, name: str) -> Target:
        """A target as that version has it."""
        return next(target for target in self.version(version).targets if target.id == name)

    def words(self, kind: str) -> set[str]:
        """What `kind` may be called: by us, and by the owner in any version."""
        return {
            kind,
            *(w for p in self.rules.versions for w, means in p.vocabulary.items() if means.type == kind),
        }


Property = Callable[[World, Random], None]


def on_worlds(tried: settings, **knobs: Any) -> Callable[[Property], Callable[[], None]]:
    """Try a property on random worlds; it may throw dice of its own.

    The seed is the example. When one fails, its note tells the smallest case that leaving things out finds.
    """

    def of(test: Property) -> Callable[[], None]:
        def on_each(seed: int) -> None:
            case = with_people(cases.case(seed, meet=telling.marks, **knobs), Random(~seed))
            try:
                test(World.of(case), Random(seed))
            except Exception as error:
                how = type(error)
                small = cases.reduced(case, lambda less: _fails(test, less, seed, how))
                error.add_note(f"seed {seed}, reduced:\n{pformat(small, width=110, sort_dicts=False)}")
                raise

        on_each.__name__ = on_each.__qualname__ = test.__name__  # what hypothesis and pytest call it
        on_each.__module__, on_each.__doc__ = test.__module__, test.__doc__
        return tried(given(seed=SEEDS)(on_each))

    return of


def with_people(case: Case, dice: Random) -> Case:
    """The case with people, some of whom do something at the very instant of a due or a statement."""
    return people.add(case, dice, telling.marks(case) if dice.random() < 0.5 else ())


def _fails(test: Property, case: Case, seed: int, how: type[BaseException]) -> bool:
    try:
        test(World.of(case), Random(seed))
    except how:
        return True
    return False


# --- parts of worlds --------------------------------------------------------------------------------


@st.composite
def instants(draw: DrawFn, beginning: Instant, days: int = 8) -> Instant:
    """Mostly on the grid, sometimes a microsecond off, more often early, sometimes before."""
    mark = draw(st.one_of(st.integers(-8, 48), st.integers(0, 96), st.integers(0, days * 48)))
    nudge = draw(st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 1, -1]))
    return max(0, beginning + mark * HALF_HOUR + nudge)


def calendars() -> SearchStrategy[Calendar]:
    """Drawn anew, in any of the zones."""
    return st.builds(_drawn, SEEDS, st.sampled_from(ZONES))


def _drawn(seed: int, zone: ZoneInfo) -> Calendar:
    first = date.fromordinal(date(1970, 1, 1).toordinal() + BEGINNINGS[seed % len(BEGINNINGS)] // stories.DAY)
    return telling.calendar("drawn", stories.calendar(Random(seed), zone.key, first))


def some_hours() -> SearchStrategy[Hours]:
    """Mostly from the pool, whose calendars are laid out once."""
    known = [telling.calendar(name, kept).latest.hours for story in STORIES for name, kept in story.calendars]
    pool = st.sampled_from([*[ALWAYS] * 9, *known])
    return st.one_of(pool, pool, pool, calendars().map(lambda made: made.latest.hours))


# --- what nobody expects ----------------------------------------------------------------------------

ODD_VALUES: SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.just(10**300),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.sampled_from(
            [
                "\x00",
                "e1",
                "customer",
                "24h",
                "3 days",
                "x" * 100_000,
                "2024-03-08T00:00:00Z",
                "0001-01-01T00:00:00Z",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)

_TYPES = (*VOCABULARY, *SHARED, *DIRECTORY, *WORDS, "dispatched")
_NAMES = (
    "reason", "event", "source", "prio", "area", "for", "urgency", "start", "from", "to", "exclusion", "version",
    "replace", "", "due", "at", "until", "by", "rank", "extension", "team", "present", "window", "what", "receiver_confirmed",
)  # fmt: skip


@st.composite
def odd_events(draw: DrawFn) -> Event:
    """Of every type, at the edges of time, with attributes of every shape under the names that are read."""
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)
    return Event(
        tenant="t",
        ticket="k",
        source=draw(text),
        id=draw(text),
        type=draw(st.one_of(st.sampled_from(_TYPES), text)),
        at=draw(
            st.one_of(
                st.integers(0, LATEST - 1), st.sampled_from([0, 1, LATEST - 1]), instants(BEGINNINGS[0])
            )
        ),
        seq=draw(st.integers(-(2**62), 2**62)),
        attributes=draw(st.dictionaries(st.sampled_from(_NAMES), ODD_VALUES, max_size=4)),
    )


def owners() -> SearchStrategy[Rules]:
    """The rules of a few random cases: odd events lay hours out over centuries, for each calendar anew."""
    return st.integers(0, 30).map(lambda seed: telling.world(cases.case(seed, moves=0))[1])
