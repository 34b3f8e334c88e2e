"""The model repair of the appliance maker's slides (002) from end to end; every instant reckoned by hand, in China's time."""

import pytest

from service.sla.instants import HOUR
from tests.line.story import chain_of, hands_of, organisation, story, told

pytestmark = pytest.mark.line

MAKER = organisation(
    "unit maker kind=company head=G01",
    "unit centre kind=department parent=maker head=G10",
    "unit counter kind=window parent=centre head=G20",
    "unit workshop kind=team parent=centre head=G30",
    "person K11 unit=counter rank=1",
    "person E7 unit=workshop rank=1",
)


async def test_the_model_repair(topics, database):
    """002 案例: a part is missing, and everything that is promised meanwhile is kept.

    The wait begins on Monday 13 April 10:40, so that the first call is owed by Wednesday 10:40; it comes at 11:30 of the
    same day, with "about a week": the end of the seventh day after, the night to Tuesday the 21st. 48 h after that call
    it is Wednesday 11:30; the call comes at 10:00, and four hours before 11:30 nobody had called yet. From then on Friday
    10:00; the call comes at 09:30 (four hours before: 06:00) and agrees on Saturday until noon (two hours before: 10:00).
    The engineer comes at 10:50 and is through at 11:40, which ends the duty to call until Sunday 09:30. The call of
    17:00 is on the same day, which ends at the beginning of the 19th.
    The other customer's repair waits for a part too, and nobody calls: 002 禁用语「配件没有到,到了再修吧」. 48 h after
    Monday 10:40 it is Wednesday 10:40, four hours before that 06:40, a day later Thursday, and no wait for parts excuses it.
    """
    async with story(topics, database, "appliance-maker", MAKER, "2026-04-13 08:00") as it:
        begun = (
            "2026-04-13 09:00 opened kind=repair product=refrigerator by=K11 to=K11",
            "2026-04-13 09:20 assigned to=E7 by=K11",
            "2026-04-13 10:15 noted visit=arrived by=E7",
            "2026-04-13 10:40 held reason=parts by=E7",
        )
        await it.tell(
            *told(
                "R-1",
                *begun,
                "2026-04-13 11:30 noted called=progress by=K11",
                "2026-04-13 11:30 promise_accepted matter=repair due=2026-04-21T00:00 by=K11",
                "2026-04-13 11:30 held reason=parts_promised by=K11",
                "2026-04-15 10:00 noted called=progress by=K11",
                "2026-04-17 09:30 resumed reason=parts_promised by=K11",
                "2026-04-17 09:30 noted called=progress by=K11",
                "2026-04-17 09:30 promise_accepted matter=visit due=2026-04-18T12:00 by=K11",
                "2026-04-18 10:50 noted visit=arrived by=E7",
                "2026-04-18 11:40 resolved by=E7",
                "2026-04-18 17:00 noted called=after_repair by=K11",
                "2026-04-18 17:05 closed by=K11",
            ),
            *told("R-2", *begun),
        )
        await it.until("2026-04-21 12:00")

        assert await it.says("R-1") == [
            "2026-04-13 11:30 progress_update met",
            "2026-04-15 07:30 progress_update warn 4h before to E7",
            "2026-04-15 10:00 progress_update met",
            "2026-04-17 06:00 progress_update warn 4h before to E7",
            "2026-04-17 09:30 progress_update met",
            "2026-04-18 10:00 visit.appointment warn 2h before to E7",
            "2026-04-18 10:50 visit.appointment met",
            "2026-04-18 11:40 progress_update cancelled",
            "2026-04-18 11:40 promised_date met",
            "2026-04-18 17:00 callback.same_day met",
        ]
        assert await it.says("R-2") == [
            "2026-04-15 06:40 progress_update warn 4h before to E7",
            "2026-04-15 10:40 progress_update breach",
            "2026-04-15 10:40 progress_update due window_head to G20",
            "2026-04-16 10:40 progress_update 24h after department_head to G10",
        ]
        breach = await it.breach("R-2", "progress_update")
        assert (breach.account.counted, breach.account.held) == (48 * HOUR, 0)
        assert hands_of(breach) == [("E7", "workshop", 48 * HOUR)]
        assert chain_of(breach)["reviewer"] == "G30"
        assert breach.evidence is not None
        assert breach.evidence.uncounted == ()
