"""Whatever is typed and whatever tools answer, a turn ends with one completion."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.models.offline.vocabulary import VOCABULARY
from agent.models.port import Message, ModelRequest, Role, ToolCall
from tests.agent.offline_driver import SPECS, Chat, complete
from tests.agent.offline_market import ANSWERS
from tests.agent.offline_sentences import CALLS
from tools.words.lists import split_words

thorough = settings(deadline=None, max_examples=200)
quick = settings(deadline=None, max_examples=50)

words = st.one_of(
    st.sampled_from(sorted(VOCABULARY)),
    st.sampled_from(split_words("BTC eth btc/usdt 500 5% 0.1 1.000,50 4h 5x $ € all ¤")),
    st.text(max_size=6),
)
sentences = st.one_of(st.text(max_size=80), st.lists(words, max_size=12).map(" ".join))
figures = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["BTC/USDT", "1e999", "NaN", "-0"]),
)
keys = st.sampled_from(
    split_words(
        """
        pair last price positions id side size assets symbol amount trades indicators rsi ma value
        support candles close open status orderId mode error message executedQty timestamp source
        orders stop limit type group trailPercent trailAmount liquidation reduceOnly stopPrice state
        realizedPnl skills confidence signal percentage trend period winRate change24h low high stopLoss
        """
    )
)
documents = st.recursive(
    figures,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=6),
    ),
    max_leaves=12,
)


@thorough
@given(texts=st.lists(sentences, min_size=1, max_size=4))
async def test_any_conversation_gets_an_answer(texts: list[str]) -> None:
    messages = [Message(Role.USER, text) for text in texts]
    await complete(ModelRequest("", messages, SPECS))
    await complete(ModelRequest("", messages, ()))


@thorough
@given(text=st.sampled_from([text for text, _ in CALLS]), document=documents, failed=st.booleans())
async def test_any_answer_of_a_tool_ends_in_words(text: str, document: Any, failed: bool) -> None:
    def answers(call: ToolCall) -> Message:
        return Message(Role.TOOL, json.dumps(document), tool_call_id=call.id, failed=failed)

    await Chat(answers).say(text)


@quick
@given(changes=st.dictionaries(st.sampled_from(["last", "pair", "source", "change24h", "price"]), figures))
async def test_any_figure_may_be_missing_or_odd(changes: dict[str, Any]) -> None:
    def answers(call: ToolCall) -> Message:
        content = {**ANSWERS[call.name](call.arguments), **changes}
        return Message(Role.TOOL, json.dumps(content), tool_call_id=call.id)

    for text in ("price BTC", "buy BTC for 500 with stop 5%", "analyze BTC", "chart BTC", "my positions"):
        await Chat(answers).say(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a",
            "1",
            " ",
            "\n",
            "btc ",
            "1.",
            ",",
            "-",
            "$",
            "%",
            "/",
            "@",
            "¤",
            "[",
            "\\",
            "\u0301",
            "🚀",
            "\x00",
        ),
        *("buy ", "the the ", "show me my ", "5% stop ", "and eth ", "remember "),
    ],
)
@pytest.mark.parametrize("start", ["", "buy BTC ", "price of ", "alert if "])
async def test_a_hundred_kilobytes_of_anything_are_answered(text: str, start: str) -> None:
    long = (start + text * 100_000)[:100_000]
    await complete(ModelRequest("", [Message(Role.USER, long)] * 3, SPECS))


@pytest.mark.parametrize("messages", [[], [Message(Role.ASSISTANT, "hello")], [Message(Role.TOOL, "{}")]])
async def test_a_conversation_in_which_nobody_spoke_gets_help(messages: list[Message]) -> None:
    assert (await complete(ModelRequest("", messages, SPECS))).text


@quick
@given(text=sentences)
async def test_the_same_request_gets_the_same_answer(text: str) -> None:
    request = ModelRequest("", [Message(Role.USER, text)], SPECS)
    assert await complete(request) == await complete(request)
