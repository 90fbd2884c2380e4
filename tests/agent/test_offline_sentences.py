"""What sentences lead to."""

import pytest

from agent.models.offline.conversation import Said, understand_conversation
from agent.models.offline.intents import Kind
from tests.agent.offline_driver import CAPABILITIES, SPECS, Call, first_calls
from tests.agent.offline_kinds import KINDS
from tests.agent.offline_sentences import CALLS

WITH_CALLS = {Kind.CLOSE, Kind.ORDER}


@pytest.mark.parametrize(("text", "calls"), CALLS, ids=[text for text, _ in CALLS])
async def test_a_sentence_leads_to_these_calls(text: str, calls: list[Call]) -> None:
    assert await first_calls(text) == calls


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[text[:40] or "nothing" for text, _ in KINDS])
async def test_a_sentence_without_a_tool_is_of_its_kind_and_calls_none(text: str, kind: Kind) -> None:
    assert understand_conversation([Said(text)]).intent.kind is kind
    looks = ("market_price", "alert_", "cron_", "memory_search")
    assert [call for call in await first_calls(text) if not call[0].startswith(looks)] == []


@pytest.mark.parametrize(("text", "calls"), CALLS, ids=[text for text, _ in CALLS])
async def test_case_blanks_and_politeness_change_nothing(text: str, calls: list[Call]) -> None:
    assert await first_calls(f"  {text}  ") == calls
    assert await first_calls(f"please {text}!!") == calls
    assert await first_calls(text.replace(" ", "   ")) == calls
    if "NEWCOIN" not in text:
        assert await first_calls(text.upper()) == calls
        assert await first_calls(text.lower()) == calls


def test_every_call_fits_the_parameters_of_its_tool() -> None:
    for _, calls in CALLS:
        for name, arguments in calls:
            CAPABILITIES[name].params.model_validate(arguments)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CALLS) >= 150


@pytest.mark.parametrize(
    "text", ["buy BTC for 500 with stop 5%", "sell half my BTC", "sell half my BTC at 70000", "price BTC"]
)
async def test_a_step_whose_tool_is_missing_is_not_taken(text: str) -> None:
    only = [spec for spec in SPECS if spec.name in ("trade_execute", "trade_close")]
    assert await first_calls(text, tools=only) == []


async def test_no_sentence_calls_a_tool_that_is_not_on_offer() -> None:
    for text, _ in CALLS:
        assert await first_calls(text, tools=[]) == []
