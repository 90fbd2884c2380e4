"""The seats of the arena are those of the leaderboard, with strategies where no model may play."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.arena.deciders import HouseDeciders
from agent.arena.seats import DEFAULT, STAND_INS, SYMBOLS, Seat, models_of, seats
from tests.trading.runs.given import a_run, an_account
from trading.clock import ManualClock
from trading.exchanges.simulated import SimulatedMarket
from trading.runs.asking import Asked
from trading.runs.decision import ENTRIES
from trading.runs.errors import InvalidRun
from trading.runs.record import DeciderKind, DeciderSpec
from trading.runs.snapshot import snapshot

MODEL, STRATEGY, BASELINE = DeciderKind.MODEL, DeciderKind.STRATEGY, DeciderKind.BASELINE
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def nobody(name: str) -> bool:
    return False


def test_without_models_a_strategy_of_its_own_sits_in_each_seat() -> None:
    found = seats((), nobody)
    assert [each.name for each in found] == ["LLM-A", "LLM-B", "LLM-C"]
    assert tuple(each.decider for each in found) == STAND_INS[:3]
    assert len({each.decider.name for each in found}) == 3
    assert {each.symbols for each in found} == {SYMBOLS}
    assert {each.initial for each in found} == {100}


def test_each_model_that_may_play_takes_its_seat() -> None:
    found = seats((), lambda name: name.startswith("deepseek:"))
    assert [each.decider.kind for each in found] == [STRATEGY, MODEL, STRATEGY]
    assert found[1] == Seat("LLM-B", DeciderSpec(MODEL, "deepseek:deepseek-reasoner"))
    assert models_of(()) == tuple(each.split("=")[1] for each in DEFAULT)


def test_others_can_be_seated() -> None:
    wanted = ("A=openai:qwen/qwen3:8b", "B=strategy:macd", "C=baseline:hold")
    assert [each.decider for each in seats(wanted, lambda name: True)] == [
        DeciderSpec(MODEL, "openai:qwen/qwen3:8b"),
        DeciderSpec(STRATEGY, "macd"),
        DeciderSpec(BASELINE, "hold"),
    ]
    assert models_of(wanted) == ("openai:qwen/qwen3:8b",)


@pytest.mark.parametrize("wanted", ["A", "A=", "A=macd", "=openai:gpt-4o", "A=openai:"])
def test_what_is_no_seat_is_refused(wanted: str) -> None:
    with pytest.raises(InvalidRun):
        seats((wanted,), nobody)


@pytest.mark.parametrize("seat", seats((), nobody), ids=lambda seat: seat.decider.name)
@pytest.mark.parametrize("hour", [0, 7, 19])
async def test_who_stands_in_trades_within_the_hour_on_the_simulated_market(seat: Seat, hour: int) -> None:
    clock = ManualClock(LATER)
    market, decider = SimulatedMarket(clock), HouseDeciders({}, clock).of(seat.decider)
    actions = []
    for minutes in range(0, 61, 5):
        at = datetime(2026, 11, 3, hour, 0, 3, tzinfo=UTC) + timedelta(minutes=minutes)
        rows = {each: await market.candles(each, seat.timeframe, until=at, limit=250) for each in SYMBOLS}
        run = a_run(symbols=SYMBOLS, timeframe=seat.timeframe)
        asked = Asked(run, "cyc_1", snapshot(at, seat.timeframe, rows), an_account(at=at), (), rows)
        decision = (await decider.decide(asked)).decision
        actions += [decision.action] if decision is not None else []
    assert ENTRIES.intersection(actions)
