"""Which pairs of a market moved and traded most."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.service import NOON
from trading.clock import ManualClock
from trading.errors import ExchangeUnavailable
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.exchanges.simulated import SimulatedMarket
from trading.markets import MOVES_LAST, CachedMarket
from trading.moves import Move, Overview, overview, usual_quote
from trading.symbols import parse_symbol

DAY = timedelta(days=1)


def move(pair: str, last: int, open: int = 100, turnover: int = 1000) -> Move:
    return Move(parse_symbol(pair), Decimal(last), Decimal(open), Decimal(turnover), NOON - DAY, NOON)


UP, MORE, DOWN, LESS = (
    move(pair, last) for pair, last in (("A/X", 110), ("B/X", 150), ("C/X", 90), ("D/X", 50))
)
STILL, DEAD = move("E/X", 100, turnover=9000), move("F/X", 900, turnover=0)
ELSEWHERE = move("G/Y", 500)


def test_what_moved_and_traded_most_comes_first() -> None:
    moves = [LESS, UP, STILL, MORE, DEAD, ELSEWHERE, DOWN]
    assert overview(moves, "X", 10) == Overview(
        quote="X",
        pairs=5,
        gainers=[MORE, UP],
        losers=[LESS, DOWN],
        most_traded=[STILL, UP, MORE, DOWN, LESS],
    )
    assert overview(moves, "X", 1) == Overview("X", 5, [MORE], [LESS], [STILL])
    assert overview(moves, "Z", 5) == Overview("Z", 0, [], [], [])


def test_the_usual_quote_is_the_wanted_one_or_that_of_most_pairs() -> None:
    moves = [UP, MORE, ELSEWHERE]
    assert [usual_quote(moves, wanted) for wanted in ("Y", "X", "USDT")] == ["Y", "X", "X"]
    assert usual_quote([], "USDT") == "USDT"


async def test_a_move_agrees_with_the_ticker() -> None:
    market = SimulatedMarket(ManualClock(NOON))
    moves = await market.moves()
    assert {each.symbol for each in moves} == set(await market.instruments())
    for each in moves:
        ticker = await market.ticker(each.symbol)
        assert (each.last, each.change, each.at) == (ticker.last, ticker.change_24h, NOON)
        assert (each.turnover, each.since) == (ticker.volume_24h * ticker.last, NOON - DAY)


async def test_moves_are_remembered_for_a_while_and_a_failure_is_not() -> None:
    clock = ManualClock(NOON)
    market = ScriptedMarket(clock, {instrument("BTC/USDT"): 100})
    cached = CachedMarket(market, clock)
    market.fail()
    with pytest.raises(ExchangeUnavailable):
        await cached.moves()
    market.fail(None)
    (first,) = await cached.moves()
    market.trade(first.symbol, 150)
    assert await cached.moves() == [first]
    await clock.advance(MOVES_LAST.total_seconds())
    (later,) = await cached.moves()
    assert (first.change, later.change) == (Decimal(0), Decimal("0.5"))
