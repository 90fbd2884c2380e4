"""Nothing near money is guessed: what is not all understood is no order, and an order has what was said."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.models.offline.vocabulary import VOCABULARY
from tests.agent.offline_driver import SPECS, Chat
from tests.agent.offline_market import play
from tests.agent.offline_sentences import CALLS
from tools.words.lists import split_words
from tools.words.order_words import VOCABULARY as ORDER_WORDS
from tools.words.pairs import mark_pair

WRITES = frozenset(
    split_words("trade_execute trade_oco trade_close trade_amend trade_cancel trade_cancelAll")
)
LEADING_TO_WRITES = [
    text
    for text, calls in CALLS
    if calls and calls[0][0].startswith("trade_") and calls[0][0] != "trade_history"
]
# Without the positions no share of one becomes an amount that nobody has said.
TOOLS = [spec for spec in SPECS if spec.name != "trade_positions"]
FIGURES = ("amount", "price", "stopPrice", "stopLoss", "takeProfit", "trailPercent", "trailAmount")
NUMBER = re.compile(r"(\d+(?:\.\d+)?)(%?)")

# A currency beside an amount means what it says.
CURRENCIES = frozenset(split_words("dollar dollars bucks euro euros usdt usdc tether"))
foreign = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9).filter(
    lambda word: word not in VOCABULARY | CURRENCIES and mark_pair(word) is None
)
numbers = st.sampled_from(split_words("7 11 0.3 13% 17% 55000 71000 500"))
leads = st.sampled_from(
    [
        *("at", "limit", "stop", "stop at", "target", "trigger", "or stop at", "oder bei", "or", "for"),
        *("trailing stop", "with a trailing stop of", "stop limit", "stop order at", "oco", "hebel"),
    ]
)
pieces = st.one_of(
    st.builds("{} {}".format, leads, numbers),
    st.builds("{} {}".format, leads, numbers),
    st.sampled_from(["stop order", "stop limit", "trailing stop", "reduce only", "oco", "or", "BTC"]),
    numbers,
    st.sampled_from(sorted(ORDER_WORDS)),
)
orders = st.builds(
    lambda side, amount, rest: " ".join([side, amount, *rest]),
    st.sampled_from(split_words("buy sell short verkaufe kaufe")),
    st.sampled_from(["0.1 BTC", "BTC for 100", "BTC", "stop 0.1 BTC", "trailing stop 0.1 BTC"]),
    st.lists(pieces, max_size=5),
)


@settings(deadline=None, max_examples=300)
@given(text=st.sampled_from(LEADING_TO_WRITES), word=foreign, place=st.floats(0, 1))
async def test_one_word_that_has_no_meaning_keeps_an_order_from_being_one(
    text: str, word: str, place: float
) -> None:
    words = text.split()
    at = round(place * len(words))
    chat = await Chat(play).say(" ".join([*words[:at], word, *words[at:]]))
    assert WRITES.isdisjoint(name for name, _ in chat.calls)


@settings(deadline=None, max_examples=600)
@given(text=orders)
@example("sell 0.1 BTC at 71000 or stop at 55000")
@example("sell 0.1 BTC with a trailing stop of 7%")
@example("buy BTC for 100 with stop 13% target 17%")
async def test_an_order_has_every_number_that_was_said_and_no_other(text: str) -> None:
    said = Counter((Decimal(value), bool(percent)) for value, percent in NUMBER.findall(text))
    for name, arguments in (await Chat(play, TOOLS).say(text)).calls:
        if name in ("trade_execute", "trade_oco"):
            assert _unexplained(arguments, said) == Counter(), arguments


def _unexplained(arguments: dict[str, Any], said: Counter[tuple[Decimal, bool]]) -> Counter[Any]:
    """Return the numbers that only the order or only the sentence has."""
    left, added = Counter(said), Counter[Any]()
    for name in FIGURES:
        if name not in arguments:
            continue
        value = Decimal(str(arguments[name]))
        percent = name == "trailPercent"
        if left[value, percent] > 0:
            left[value, percent] -= 1
        elif name in ("stopLoss", "takeProfit") and (away := _away(value, arguments, left)):
            left[away, True] -= 1
        else:
            added[name] += 1
    leverage = Decimal(str(arguments.get("leverage", 1)))
    if leverage != 1 or left[leverage, False] > 0:
        left[leverage, False] -= 1
    return +left + added


def _away(value: Decimal, arguments: dict[str, Any], left: Counter[tuple[Decimal, bool]]) -> Decimal | None:
    """Return the percentage that was said by which a level is away from its entry."""
    entry = Decimal(str(arguments.get("price", arguments.get("stopPrice", 67_000))))
    away = abs(value / entry - 1) * 100
    near = (each for (each, percent), count in left.items() if percent and count and abs(each - away) < 1)
    return next(near, None)
