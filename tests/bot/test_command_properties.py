"""Whatever is typed behind whatever command, it is read or answered: never an exception, and never slow."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.asking import Misread, Own, Plan
from bot.commands import typed
from bot.completing import matching
from bot.reading.words import VOCABULARY
from bot.table import ROWS
from bot.voice import Voice
from tests.bot.automation_samples import alert, job
from tests.bot.samples import a_run, position
from tests.bot.talk import COMMANDS, DE, EN
from tools.alert_views import AlertList
from tools.catalog import CATALOG
from tools.contests.views import RunList
from tools.cron_views import JobList, Templates
from tools.orders import OrderList
from tools.positions import PositionList, PositionView
from tools.registry import validate
from tools.wire import Result

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVED = {each.name: each for each in CATALOG}

OWN_WORDS = """
    btc eth BTC/USDT bitcoin jup 0.1 500 $500 500usdt 5% 50% 1.000,50 1,000.50 5k -1 0 1e9 5x 1h 4h 7m at for
    stop target limit or trailing half all last year 2024 q1 2025-13-45 ord_00abc123 pos_00abc123 apr_00abc123
    alr_00abc123 job_00abc123 delete pause resume history clear run add 1 2 30m
    telegram:42 approve ٣ ½ 10²  ∞ NaN \u202e \u200d 🚀 ' " ` * _ [ ] ( ) {0} {name} %s \\ / @ # $ % & = < >
"""
WORDS = st.sampled_from([*sorted(VOCABULARY), *OWN_WORDS.split()])
PHRASES = st.lists(WORDS, max_size=12).map(" ".join)
ANYTHING = st.one_of(
    PHRASES, PHRASES, st.text(max_size=60), st.text(alphabet="0123456789.,-$% btc", max_size=40)
)
NAMES = st.sampled_from([name for row in ROWS for name in (row.name, *row.aliases)])
VOICES = st.sampled_from([EN, DE])


HELD = st.lists(
    st.builds(
        position,
        st.sampled_from(["long", "short"]),
        st.decimals(Decimal("1e-12"), Decimal("1e12"), places=12),
        st.sampled_from([None, Decimal(3)]),
    ),
    max_size=2,
)
PRICES = st.decimals(Decimal("1e-10"), Decimal("1e9"), places=10)


LISTED: dict[str, Result] = {
    "alert.list": AlertList(alerts=[alert()]),
    "cron.list": JobList(jobs=[job()]),
    "cron.templates": Templates(templates=[]),
    "runs.list": RunList(runs=[a_run()], has_more=False),
}


def answer(name: str, held: list[PositionView], price: Decimal) -> Result:
    if name == "trade.positions":
        return PositionList(positions=held)
    if name in LISTED:
        return LISTED[name]
    return OrderList(orders=[]) if name == "trade.orders" else cast(Result, SimpleNamespace(last=price))


def followed(found: Any, held: list[PositionView], price: Decimal) -> None:
    """Go on with a plan until nothing follows, holding each call against what its capability takes."""
    while True:
        assert isinstance(found, Plan | Own | Misread)
        if not isinstance(found, Plan):
            return
        for call in found.calls:
            validate(SERVED[call.name], call.params)
        if found.then is None:
            return
        found = found.then([answer(call.name, held, price) for call in found.calls])


@settings(max_examples=600)
@given(NAMES, ANYTHING, VOICES, HELD, PRICES)
def test_any_words_behind_any_command_are_read_or_answered(
    name: str, text: str, voice: Voice, held: list[PositionView], price: Decimal
) -> None:
    followed(COMMANDS.read(name, text, {}, voice, NOON), held, price)


@settings(max_examples=300)
@given(st.sampled_from(ROWS), st.data(), VOICES, HELD, PRICES)
def test_any_options_of_any_command_are_read_or_answered(
    row: Any, data: st.DataObject, voice: Voice, held: list[PositionView], price: Decimal
) -> None:
    options = {slot.name: data.draw(ANYTHING) for slot in row.slots if data.draw(st.booleans())}
    followed(COMMANDS.read(row.name, "", options, voice, NOON), held, price)
    assert "\n" not in typed(row, options)


@settings(max_examples=200)
@given(st.text(max_size=60), ANYTHING, VOICES)
def test_any_name_of_a_command_is_answered(name: str, text: str, voice: Voice) -> None:
    assert isinstance(COMMANDS.read(name, text, {}, voice, NOON), Plan | Own | Misread)


@settings(max_examples=200)
@given(ANYTHING)
def test_any_beginning_of_a_pair_is_completed_or_not(text: str) -> None:
    assert len(matching(text, ["BTC/USDT", "ETH/USDT"])) <= 2


def test_huge_texts_are_answered_at_once() -> None:
    for huge in ("1" * 1_000_000, "btc " * 250_000, "(" * 1_000_000, "1,1" * 300_000, "ä" * 1_000_000):
        for row in ROWS:
            found = COMMANDS.read(row.name, huge, {}, EN, NOON)
            assert isinstance(found, Own | Misread)
