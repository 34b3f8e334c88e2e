"""The packs: no passage of the documents is lost, and every target of a pack is tried on histories told by hand."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from service import rules
from service.cli.files import read_outline, read_policy
from service.rules.histories import Worked
from service.rules.packs import PACKS, ROWS
from service.rules.trial import tried
from service.sla.statements import Kind, State

PAGES = Path(__file__).parents[2] / "docs" / "packs"

#: The documents that a pack is made of.
FILES = {
    "cable-network": {"003"},
    "appliance-maker": {"002", "004"},
    "mobile-operator": {"000", "001"},
}

BROKEN = {Kind.BREACH, State.EXPIRED}

Row = dict[str, str]


def rows() -> list[Row]:
    with ROWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(page: str) -> Iterator[list[str]]:
    """The rows of the page's table of passages: number, passage, kind, what it becomes."""
    is_inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells[:3] == ["#", "passage", "kind"]:
            is_inside = True
        elif not cells:
            is_inside = False
        elif is_inside and cells[0].isdigit():
            yield cells


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def trouble(cells: list[str], row: Row, targets: set[str]) -> str | None:
    """What is wrong with one row of a page; None when nothing is."""
    if len(cells) != 4:
        return "has not four cells"
    _, passage, kind, becomes = cells
    if passage != row["passage"]:
        return f"the passage is {row['passage']}"
    if kind != row["kind"]:
        return f"the kind is {row['kind']}"
    is_out = re.match(r"out: \S", becomes) is not None
    match kind:
        case "a":
            named = quoted(becomes)
            fine = is_out or (bool(named) and named[0] in targets)
            return None if fine else "neither names a target of the pack nor says why not"
        case "d":
            return None if is_out else "is out of scope and gives no reason: `out: ...`"
        case _:
            fine = bool(quoted(becomes)) or re.search(r"\b(out|later|tracing): \S", becomes) is not None
            return None if fine else "names no event, attribute, metric or capability"


def troubles(page: str, files: set[str], targets: set[str]) -> list[str]:
    """Everything wrong with the table of a page about `files`, whose pack has these targets."""
    expected = {row["number"]: row for row in rows() if row["file"] in files}
    told = list(table(page))
    counts = Counter(cells[0] for cells in told)
    wrong = [f"row {number} stands {counts[number]} times" for number in expected if counts[number] != 1]
    wrong += [f"row {number} is not of this page" for number in counts if number not in expected]
    for cells in told:
        if cells[0] in expected and (why := trouble(cells, expected[cells[0]], targets)):
            wrong.append(f"row {cells[0]} {why}")
    return wrong


@cache
def outlines(name: str) -> Mapping[Path, rules.Outline]:
    """The policies of a pack by file: `policy.yaml` first, and those that histories are about."""
    pack = PACKS[name]
    named = [policy_of(path) for path in pack.histories]
    return {path: read_outline(path) for path in dict.fromkeys([pack.policy, *named])}


def policy_of(histories: Path) -> Path:
    place = rules.policy_of_histories(histories.read_bytes(), name=str(histories))
    assert place is not None, histories
    return histories.parent / place


@cache
def worked(name: str) -> Mapping[Path, tuple[Worked, ...]]:
    """The histories of a pack by the policy that they are about."""
    found: dict[Path, tuple[Worked, ...]] = {}
    for path in PACKS[name].histories:
        policy = policy_of(path)
        told = rules.read_histories(path.read_bytes(), name=str(path), outline=outlines(name)[policy])
        found[policy] = found.get(policy, ()) + told
    return found


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def targets(name: str) -> set[str]:
    return {entry.id for outline in outlines(name).values() for entry in outline.entries}


def test_every_passage_is_listed_once():
    listed = rows()

    assert [row["number"] for row in listed] == [str(number) for number in range(1, 144)]
    assert Counter(row["kind"] for row in listed) == {"a": 42, "b": 44, "c": 39, "d": 18}
    assert all(row["file"] and row["place"] and row["passage"] for row in listed)


def test_every_document_has_its_page():
    assert FILES.keys() == PACKS.keys()
    assert set().union(*FILES.values()) == {row["file"] for row in rows()}
    assert sum(len(files) for files in FILES.values()) == 5


@pytest.mark.parametrize("name", PACKS)
def test_no_passage_is_lost(name: str):
    assert troubles(page(name), FILES[name], targets(name)) == []


@pytest.mark.parametrize("name", PACKS)
def test_every_target_is_asked_for_by_a_passage_or_assumed(name: str):
    asked = {target for cells in table(page(name)) for target in quoted(cells[-1])}
    invented = [
        entry.id
        for outline in outlines(name).values()
        for entry in outline.entries
        if not entry.variant_of and entry.id not in asked and not entry.assumed
    ]

    assert invented == []


@pytest.mark.parametrize("name", PACKS)
def test_every_file_of_a_pack_is_read(name: str):
    read = {PACKS[name].policy, *outlines(name), *PACKS[name].histories}
    read |= {
        policy.parent / place
        for policy in outlines(name)
        for place in rules.calendar_files(policy.read_bytes(), name=str(policy)).values()
    }

    assert set(PACKS[name].files) == read


@pytest.mark.parametrize("name", PACKS)
def test_every_target_that_is_off_says_why_and_what_to_set(name: str):
    off = [entry for outline in outlines(name).values() for entry in outline.entries if not entry.on]

    assert [entry.id for entry in off if not (entry.why and entry.set)] == []


@pytest.mark.parametrize("name", PACKS)
def test_every_target_is_kept_in_one_history_and_broken_in_another(name: str):
    main = PACKS[name].policy
    on = {path: {each.id for each in outline.entries if each.on} for path, outline in outlines(name).items()}
    for path, ids in on.items():
        expected = [each for history in worked(name)[path] for each in history.expected]
        kept = {each.target for each in expected if each.word in {State.MET, State.DEEMED}}
        broken = {each.target for each in expected if each.word in BROKEN}
        due = ids if path == main else ids - on[main]

        assert due - kept == set(), path.name
        assert due - broken == set(), path.name


@pytest.mark.parametrize("name", PACKS)
def test_every_history_ends_as_told(name: str):
    for path, histories in worked(name).items():
        policy = read_policy(path)
        differing = [history.name for history in histories if not tried(history, policy).as_expected]

        assert differing == [], path.name


# --- the check itself -----------------------------------------------------------------------------

PAGE = """\
| # | passage | kind | becomes |
|---|---|---|---|
| 17 | 不是48小時有回復的嗎 | a | {17} |
| 20 | 只需要在90天保留期內充值把欠費繳清了 | a | `retention.suspended_number` |
| 32 | 有結果的話我們第一時間會有專人跟您聯系的 | a | out: nothing tells that there is a result |
| 53 | 現在我馬上幫你再加急催促處理 | b | event `urged` |
| 77 | 工單沒有處理好,這都不是我的服務問題,怎么會回復個差給我呢 | c | tracing: who held it how long |
| 104 | 一個重要的績效考核指標 | b | later: hotline metrics |
| 108 | 我要求你馬上說出你們總經理的電話 | b | {108} |
| 132 | 查詢用戶的問題處理記錄 | c | `slaclock explain` |
| 133 | 事后還可以給客戶再發一條說明短信 | d | {133} |
"""
GIVEN = {"17": "`complaint.reply48` (48 h)", "108": "event `urged`", "133": "out: a courtesy"}
HAD = {"complaint.reply48", "retention.suspended_number"}


def filled(**becomes: str) -> str:
    page = PAGE
    for number, told in (GIVEN | {key.removeprefix("row"): told for key, told in becomes.items()}).items():
        page = page.replace(f"{{{number}}}", told)
    return page


def found(page: str) -> list[str]:
    return troubles(page, {"000"}, HAD)


def test_a_page_that_is_right():
    assert found(filled()) == []


@pytest.mark.parametrize("becomes", ["", "a reply", "`complaint.reply49`", "`opened`", "out:", "later: `x`"])
def test_a_commitment_without_target_and_without_reason_is_found(becomes: str):
    assert found(filled(row17=becomes)) == ["row 17 neither names a target of the pack nor says why not"]


def test_a_passage_without_what_it_becomes_is_found():
    assert found(filled(row108="some day")) == ["row 108 names no event, attribute, metric or capability"]
    assert found(filled(row133="no")) == ["row 133 is out of scope and gives no reason: `out: ...`"]


def test_a_row_that_is_missing_twice_there_or_another_pages_is_found():
    line = "| 133 | 事后還可以給客戶再發一條說明短信 | d | out: a courtesy |\n"
    assert found(filled().replace(line, "")) == ["row 133 stands 0 times"]
    assert found(filled() + line) == ["row 133 stands 2 times"]
    foreign = "| 1 | 一般故障要24小時內解決 | a | `complaint.reply48` |\n"
    assert found(filled() + foreign) == ["row 1 is not of this page"]


def test_a_passage_or_kind_that_is_not_the_documents_is_found():
    assert found(filled().replace("48小時有", "49小時有")) == ["row 17 the passage is 不是48小時有回復的嗎"]
    assert found(filled().replace("| b | later", "| c | later")) == ["row 104 the kind is b"]
