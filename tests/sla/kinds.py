"""What a target can promise besides a stop within a budget, as a person writes it down."""

from dataclasses import replace

from service.sla.policy import Deemed, Extension, Lapsed, Rung, Stated, Target
from tests.sla.telling import escalate, match, span, target


def grants(rank: int = 2, within: str = "4h", most: int = 2) -> Extension:
    """More time, approved by at least `rank` within `within` of the request, `most` times."""
    return Extension(rank=rank, within=span(within), most=most)


def reported(within: str = "4h") -> Deemed:
    """A failed contact or visit, and the report on it within `within`."""
    return Deemed(
        on=(match("contact_failed"), match("visit_failed")),
        report=(match("report_written"),),
        within=span(within),
    )


def unsupplied(after: str = "5h") -> Lapsed:
    """Documents that were requested and not supplied within `after`."""
    return Lapsed(
        on=(match("documents_requested"),), unless=(match("documents_complete"),), after=span(after)
    )


def accepted(**others: object) -> Target:
    """Due at the date that was agreed upon: `promise_accepted due=...`."""
    start = ("promise_accepted",)
    return target("0h", start=start, stated=Stated.PROMISED, stated_by="due", **others)  # type: ignore[arg-type]


def notice(budget: str = "24h", **others: object) -> Target:
    """The customer is `informed` so long before the change: `change_scheduled at=...`."""
    return target(
        budget,
        start=("change_scheduled",),
        stop=("informed",),
        stated=Stated.BEFORE,
        stated_by="at",
        **others,  # type: ignore[arg-type]
    )


def urged(times: int, amount: str = "10h", name: str = "pressed") -> Rung:
    """Said when `amount` is used up, or when the customer has urged so often."""
    return replace(escalate(amount, name), urges=times)
