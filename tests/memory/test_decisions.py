"""Decisions: the same on both databases, and at any moment only what was known by then."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from memory.database import Database
from memory.decision_records import (
    Decision,
    DecisionAction,
    DecisionFigures,
    DecisionFilter,
    DecisionResult,
    DecisionSource,
    DecisionStatus,
    ModelStatistics,
    PnlStatistics,
)
from memory.decision_views import decision_text, known_at, learned, result_of
from tests.memory.samples import BTC, ETH, basis, decision, later


async def stored(database: Database, *decisions: Decision) -> list[Decision]:
    """Store decisions and return them as they are on disk."""
    async with database.transact() as uow:
        for each in decisions:
            assert await uow.decisions.add(each, basis())
        found = {each.id: each for each in await uow.decisions.changed_since(0, 1_000)}
    return [found[each.id] for each in decisions]


def won(pnl: str, seconds: float, state: str = "closed") -> Mapping[str, Any]:
    """Return how a decision ended whose position was closed at a moment."""
    at = later(seconds).isoformat()
    outcome = {"realized": {"at": at, "pnl": pnl, "currency": "USDT"}, "state": {"at": at, "is": state}}
    return {
        "outcome": outcome,
        "pnl": Decimal(pnl),
        "pnl_currency": "USDT",
        "outcome_at": later(seconds),
    }


FULL: Mapping[str, Any] = {
    "symbols": (BTC, ETH),
    "cost": Decimal("0.0123"),
    "confidence": Decimal("0.8"),
    "capability": "trade.execute",
    "session_id": "main",
    "turn_id": "t1",
    "call_id": "c\0all",
    "run": "run_1",
    "orders": ("o1", "o2"),
    "approvals": ("a1",),
    "reason": "too dear",
    "answered_by": "telegram:1",
    "answered_at": later(3),
    "due_at": later(9),
    **won("-12.5", 5),
}


async def test_a_decision_and_what_it_rests_on_are_kept_whole_and_once(database: Database) -> None:
    full = decision(**FULL)
    (kept,) = await stored(database, full)
    assert kept == replace(full, call_id="c\ufffdall", revision=1)
    async with database.transact() as uow:
        assert not await uow.decisions.add(replace(full, model="another"), basis(prompt_hash="other"))
    async with database.read() as uow:
        assert await uow.decisions.get("ada", "d1") == kept
        assert await uow.decisions.get("bob", "d1") is None
        assert await uow.decisions.basis("d1") == basis()
        assert await uow.decisions.of_turn("t1") == [kept]
        assert await uow.decisions.some("ada", ["d1", "d2"]) == {"d1": kept}
        assert await uow.decisions.some("bob", ["d1"]) == {}


async def test_who_follows_sees_each_change_once_in_the_order_of_revisions(database: Database) -> None:
    first, second = await stored(database, decision("d1"), decision("d2"))
    async with database.transact() as uow:
        assert await uow.decisions.change(replace(first, reason="later"))
        assert await uow.decisions.postpone(second, later(60))
    async with database.read() as uow:
        seen = await uow.decisions.changed_since(0, 10)
        assert [(each.id, each.revision) for each in seen] == [("d2", 2), ("d1", 3)]
        assert await uow.decisions.changed_since(0, 1) == seen[:1]
        assert await uow.decisions.changed_since(2, 10) == seen[1:]
        assert await uow.decisions.changed_since(3, 10) == []


async def test_of_many_who_change_the_same_decision_one_does(database: Database) -> None:
    (made,) = await stored(database, decision())

    async def change(number: int) -> bool:
        async with database.transact() as uow:
            return await uow.decisions.change(replace(made, reason=f"by {number}"))

    assert sorted(await asyncio.gather(*map(change, range(6)))) == [False] * 5 + [True]
    async with database.transact() as uow:
        assert not await uow.decisions.postpone(made, None)


async def test_revisions_are_never_seen_before_smaller_ones(database: Database) -> None:
    seen: list[int] = []

    async def add(number: int) -> None:
        async with database.transact() as uow:
            await uow.decisions.add(decision(f"d{number}"), basis())

    async def follow() -> None:
        last = 0
        while len(seen) < 20:
            async with database.read() as uow:
                for each in await uow.decisions.changed_since(last, 3):
                    last = each.revision
                    seen.append(last)
            await asyncio.sleep(0.001)

    async with asyncio.timeout(60):
        await asyncio.gather(follow(), *map(add, range(20)))
    assert seen == list(range(1, 21))


async def test_decisions_are_found_by_what_they_are_about_newest_first_and_page_by_page(
    database: Database,
) -> None:
    made = await stored(
        database,
        decision("d1", symbols=(ETH, BTC)),
        decision("d2", symbols=(ETH,), at=later(1), action=DecisionAction.SELL, model="other"),
        decision("d3", symbols=(), at=later(1), run="run_1", account="arena"),
        decision("x", principal="bob"),
    )
    one, two, three = made[:3]
    async with database.read() as uow:
        of = uow.decisions.of
        assert await of("ada", 9) == [three, two, one]
        assert await of("ada", 2) == [three, two]
        assert await of("ada", 2, before="d3") == [two, one]
        assert await of("ada", 2, before="d2") == [one]
        assert await of("ada", 2, before="x") == []
        assert await of("ada", 9, DecisionFilter(symbol=ETH)) == [two, one]
        assert await of("ada", 9, DecisionFilter(symbol=BTC)) == [one]
        assert await of("ada", 9, DecisionFilter(since=later(1))) == [three, two]
        assert await of("ada", 9, DecisionFilter(until=later(0))) == [one]
        assert await of("ada", 9, DecisionFilter(model="other")) == [two]
        assert await of("ada", 9, DecisionFilter(action=DecisionAction.SELL)) == [two]
        assert await of("ada", 9, DecisionFilter(account="arena", run="run_1")) == [three]


async def test_pages_go_by_how_many_to_leave_out_and_sources_and_results_are_told_apart(
    database: Database,
) -> None:
    run, job = DecisionSource.RUN, DecisionSource.JOB
    one, two, three, four = await stored(
        database,
        decision("d1", source=run, **won("0.00000001", 10)),
        decision("d2", source=job, at=later(1), **won("0.000", 10)),
        decision("d3", source=job, at=later(2), **won("-3", 10)),
        decision("d4", at=later(3), **won("99", 10, "open")),
    )
    async with database.read() as uow:
        of = uow.decisions.of
        assert await of("ada", 2, offset=1) == [three, two]
        assert await of("ada", 2, before="d3", offset=1) == [one]
        assert await of("ada", 9, DecisionFilter(sources=(job,))) == [three, two]
        assert await of("ada", 9, DecisionFilter(sources=(run, job))) == [three, two, one]
        assert await of("ada", 9, DecisionFilter(sources=())) == []
        assert await of("ada", 9, DecisionFilter(result=DecisionResult.WON)) == [one]
        assert await of("ada", 9, DecisionFilter(result=DecisionResult.LOST)) == [three, two]
        assert await of("ada", 9, DecisionFilter(result=DecisionResult.PENDING)) == [four]
    found = [result_of(each).value for each in (one, two, three, four)]
    assert found == ["won", "lost", "lost", "pending"]


async def test_decisions_are_reckoned_up_to_the_last_digit(database: Database) -> None:
    answer: dict[str, Any] = {"turn_id": "t1", "latency_ms": 900, "cost": Decimal("0.01")}
    await stored(
        database,
        # Two decisions of one answer: it is paid for once.
        decision("d1", confidence=Decimal("0.9"), **answer, **won("30.000000000000000001", 10)),
        decision("d2", confidence=Decimal("0.6"), **answer, **won("-10", 20)),
        decision("d3", action=DecisionAction.HOLD, source=DecisionSource.RUN, latency_ms=300, model="a"),
        decision("d4", at=later(9), latency_ms=600, cost=Decimal("0.02"), **won("7", 10, "open")),
        decision("d5", at=later(9), symbols=(ETH,), **{**won("-1", 10), "pnl_currency": "BTC"}),
        decision("x", principal="bob", **won("99", 10)),
    )
    usdt = PnlStatistics(
        "USDT", 2, 1, Decimal("0.5"), Decimal("10.0000000000000000005"), Decimal("20.000000000000000001")
    )
    bitcoin = PnlStatistics("BTC", 1, 0, Decimal(0), Decimal(-1), Decimal(-1))
    async with database.read() as uow:
        whole = await uow.decisions.figures("ada")
        ether = await uow.decisions.figures("ada", DecisionFilter(symbol=ETH))
        nothing = await uow.decisions.figures("ada", DecisionFilter(model="nobody"))
    assert whole == DecisionFigures(
        total=5,
        by_result={DecisionResult.LOST: 2, DecisionResult.PENDING: 2, DecisionResult.WON: 1},
        by_source={DecisionSource.CHAT: 4, DecisionSource.RUN: 1},
        by_action={DecisionAction.BUY: 4, DecisionAction.HOLD: 1},
        by_model={"a": 1, "offline:1": 4},
        confidence=0.75,
        # (900 + 300 + 600 + 0) / 4 answers.
        latency_ms=450.0,
        cost=Decimal("0.03"),
        unpriced=2,
        by_currency=(bitcoin, usdt),
    )
    assert (ether.total, ether.by_currency, ether.confidence) == (1, (bitcoin,), None)
    assert nothing == DecisionFigures(0, {}, {}, {}, {}, None, None, Decimal(0), 0, ())


async def test_what_is_due_comes_first_who_has_waited_longest(database: Database) -> None:
    one, two, _, _ = await stored(
        database,
        decision("d1", due_at=later(5)),
        decision("d2", due_at=later(2)),
        decision("d3", due_at=later(9)),
        decision("d4"),
    )
    async with database.read() as uow:
        assert await uow.decisions.due(later(5), 9) == [two, one]
        assert await uow.decisions.due(later(5), 1) == [two]


async def test_models_are_counted_by_what_they_closed_and_as_it_was_known(database: Database) -> None:
    await stored(
        database,
        decision("d1", **won("30", 10)),
        decision("d2", **won("-10", 20)),
        decision("d3", **won("5", 10, "open")),
        decision("d4", at=later(15)),
        decision("d5", model="a", run="run_1", **{**won("1", 10), "pnl_currency": "BTC"}),
        decision("x", principal="bob", **won("99", 10)),
    )
    both = PnlStatistics("USDT", 2, 1, Decimal("0.5"), Decimal(10), Decimal(20))
    early = PnlStatistics("USDT", 1, 1, Decimal(1), Decimal(30), Decimal(30))
    bitcoin = ModelStatistics("a", 1, (PnlStatistics("BTC", 1, 1, Decimal(1), Decimal(1), Decimal(1)),))
    async with database.read() as uow:
        statistics = uow.decisions.statistics
        assert await statistics("ada") == [bitcoin, ModelStatistics("offline:1", 4, (both,))]
        assert await statistics("ada", later(12)) == [bitcoin, ModelStatistics("offline:1", 3, (early,))]
        assert await statistics("ada", later(1)) == [
            ModelStatistics("a", 1, ()),
            ModelStatistics("offline:1", 3, ()),
        ]
        assert await statistics("ada", run="run_1") == [bitcoin]


def test_a_held_decision_that_was_answered_later_is_still_held() -> None:
    answered = decision(
        status=DecisionStatus.DENIED,
        reason="no",
        answered_by="owner",
        answered_at=later(50),
        approvals=("a",),
    )
    assert known_at(answered, later(49)) == decision(status=DecisionStatus.HELD, approvals=("a",))
    assert known_at(answered, later(50)) == answered


seconds = st.integers(min_value=0, max_value=20)
ENTRIES = ("orders", "state", "after1h", "after24h", "realized")


@given(
    made=seconds,
    entries=st.dictionaries(st.sampled_from(ENTRIES), st.integers(min_value=1, max_value=20), min_size=1),
    answered=st.none() | st.integers(min_value=1, max_value=20),
    moment=seconds,
)
def test_nothing_is_known_before_its_time(
    made: int, entries: dict[str, int], answered: int | None, moment: int
) -> None:
    outcome = {name: {"at": later(made + after).isoformat()} for name, after in entries.items()}
    whole = decision(
        at=later(made),
        status=DecisionStatus.PLACED if answered is None else DecisionStatus.APPROVED,
        answered_at=None if answered is None else later(made + answered),
        answered_by=None if answered is None else "owner",
        outcome=outcome,
        outcome_at=max(learned(each) for each in outcome.values()),
        pnl=Decimal(7) if "realized" in entries else None,
        pnl_currency="USDT" if "realized" in entries else None,
    )
    now = later(made + moment)
    seen = known_at(whole, now)
    assert {name for name in seen.outcome or {}} == {name for name, at in entries.items() if at <= moment}
    assert (seen.pnl is not None) == (entries.get("realized", 99) <= moment)
    assert seen.outcome_at is None or seen.outcome_at <= now
    assert (seen.answered_by is not None) == (answered is not None and answered <= moment)
    if answered is not None and answered > moment:
        assert seen.status is DecisionStatus.HELD
    # Looking at it again, from the same moment, from what was seen then, changes nothing.
    assert known_at(seen, now) == seen
    assert known_at(whole, later(made + 99)) == whole


async def test_what_is_asked_as_of_a_moment_tells_of_nothing_later(database: Database) -> None:
    old, young = await stored(
        database,
        decision("d1", at=later(1), **won("5", 20)),
        decision("d2", at=later(10)),
    )
    before = replace(old, outcome=None, pnl=None, pnl_currency=None, outcome_at=None)
    moments: Mapping[datetime, list[Decision]] = {
        later(0): [],
        later(1): [before],
        later(19): [young, before],
        later(20): [young, old],
    }
    async with database.read() as uow:
        for moment, known in moments.items():
            assert await uow.decisions.of("ada", 9, as_of=moment) == known
            assert await uow.decisions.some("ada", ["d1", "d2"], moment) == {each.id: each for each in known}
            assert await uow.decisions.get("ada", "d2", moment) == (young if young in known else None)


def test_a_decision_is_told_in_words_with_its_figures() -> None:
    at = later(90_000).isoformat()
    order = {"pair": "BTC/USDT", "side": "buy", "filled": "0.5", "average": "50000"}
    told = decision(
        confidence=Decimal("0.8"),
        reasoning="It has fallen\nfar " + "x" * 500,
        pnl=Decimal("-12.30"),
        pnl_currency="USDT",
        outcome={
            "orders": {"at": at, "list": [order, {**order, "average": None}]},
            "after1h": {"at": at, "mark": "50600", "return": "0.012", "unrealized": "300"},
            "after24h": {"at": at, "mark": None, "return": None, "unrealized": None},
            "state": {"at": at, "is": "closed"},
        },
    )
    assert decision_text(told) == (
        "On 2026-03-01 at 12:00 UTC offline:1, 80 % sure, decided on account main: BUY BTC/USDT. "
        f"Why: “It has fallen far {'x' * 382}…”. It was placed. Bought 0.5 BTC at 50,000 USDT. "
        "One hour later it stood at +1.2 %. No price is known 24 hours later. It made a loss of 12.3 USDT."
    )
    refused = decision(
        action=DecisionAction.UNCLEAR,
        symbols=(),
        reasoning="",
        status=DecisionStatus.REFUSED,
        reason="halted",
    )
    assert decision_text(refused) == (
        "On 2026-03-01 at 12:00 UTC offline:1 decided on account main: something that cannot be read. "
        "It was refused (halted)."
    )
