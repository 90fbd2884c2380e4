"""What is stored of decisions and markets of cycles is, read again, what it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.runs.given import BNB, ETH, NOW, PAIRS, a_snapshot
from trading.model import Candle
from trading.runs import cycle_market, decision
from trading.runs.cycle_market import CycleMarket, Quote
from trading.runs.decision import HOLD, Action, RunDecision, Style
from trading.symbols import Symbol

figures = st.decimals(allow_nan=False, allow_infinity=False)
prices = st.decimals(min_value=Decimal("1e-12"), max_value=10**9, allow_nan=False)
words = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
symbols = st.builds(
    Symbol, st.from_regex("[A-Z0-9]{1,15}", fullmatch=True), st.sampled_from(["USDT", "EUR"])
).filter(lambda each: each.base != each.quote)
decisions = st.builds(
    RunDecision,
    action=st.sampled_from(Action),
    symbol=st.none() | symbols,
    size=st.none() | figures,
    leverage=st.none() | figures,
    stop_loss=st.none() | figures,
    take_profit=st.none() | figures,
    confidence=figures,
    reasoning=words,
    style=st.none() | st.sampled_from(Style),
)
pairs = st.sampled_from(PAIRS)
moments = st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda after: NOW + after)
bars = st.lists(st.builds(Candle, moments, prices, prices, prices, prices, prices), max_size=3).map(tuple)
markets = st.builds(
    CycleMarket,
    snapshot=moments.map(lambda at: a_snapshot(ETH, BNB, at=at)),
    quotes=st.dictionaries(pairs, st.builds(Quote, prices, prices, prices)),
    marks=st.dictionaries(pairs, prices),
    bars=st.dictionaries(pairs, bars),
    until=st.dictionaries(pairs, moments),
)


def through_json(plain: Mapping[str, Any]) -> Any:
    """Return what comes back of an object that was written down."""
    return orjson.loads(orjson.dumps(plain))


@given(decisions)
def test_a_decision_comes_back_to_the_last_digit(made: RunDecision) -> None:
    found = decision.from_plain(through_json(decision.plain(made)))
    assert found == made
    assert repr(found) == repr(made)


def test_a_decision_that_does_nothing_comes_back() -> None:
    assert decision.from_plain(through_json(decision.plain(HOLD))) == HOLD


@settings(deadline=None)
@given(markets)
def test_a_market_comes_back_and_its_digest_with_it(made: CycleMarket) -> None:
    plain = cycle_market.plain(made)
    stored = through_json(plain)
    found = cycle_market.from_plain(stored)
    assert found == made
    assert found.at == made.at
    digest = cycle_market.digest(plain)
    assert cycle_market.digest(stored) == cycle_market.digest(cycle_market.plain(found)) == digest


@settings(deadline=None)
@given(markets, moments)
def test_another_market_has_another_digest(made: CycleMarket, at: datetime) -> None:
    mark = made.marks.get(ETH, Decimal(1)) + 1
    others = (
        replace(made, marks={**made.marks, ETH: mark}),
        replace(made, until={**made.until, ETH: made.until.get(ETH, at) + timedelta(seconds=1)}),
    )
    digests = {cycle_market.digest(cycle_market.plain(each)) for each in (made, *others)}
    assert len(digests) == 3
