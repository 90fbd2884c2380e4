"""Long conversations are compacted beside their turns, and lose nothing that is open."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from agent.compaction import MOST_CHARS, MOST_MESSAGES
from agent.models.offline import OfflineModel
from agent.models.port import Message, ModelRequest, Role
from agent.models.scripted import Reply, ScriptedModel
from agent.prompt import HISTORY_CHARS
from agent.span import KEPT_MESSAGES, PAGE
from agent.summaries import RECALL_CHARS, SUMMARY_CHARS, Gist, recall
from agent.summarising import HEARD_CHARS, MESSAGE_CHARS
from tests.agent.listening import PRICE, listen
from tests.agent.long_talks import (
    FAILING,
    LONG,
    NOTES,
    alternates,
    answers,
    compact,
    exchange,
    idle,
    last_heard,
    said_before,
    summarises,
    summary_of,
    takes_notes,
    talking,
)
from tests.agent.talking import MODEL, PORTFOLIO, house, says
from tests.service import NOON
from tools.approvals import ApprovalList
from tools.chat import History
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal
from tools.policy import Role as Right
from tools.positions import PositionList
from tools.services import Asked
from tools.sessions import OneSession
from tools.trade import OrderReport
from trading.clock import epoch_ms, iso
from trading.model import Origin

FRIEND = Principal("friend", Right.TRADER)


async def test_after_200_turns_what_is_open_is_still_before_the_model(tmp_path: Path) -> None:
    def answer(request: ModelRequest) -> Reply:
        asked = request.messages[-1].text
        if asked == "is my tax report ready":
            return FAILING
        if request.messages[-1].role is Role.TOOL:
            return says("That is what you have.")
        if asked == "show all":
            return says("", PORTFOLIO)
        return says("Where shall the stop-loss be?" if asked == "protect it" else f"Yes: {asked}.")

    model = ScriptedModel(talking(answer), piece=1_000)
    async with house(tmp_path, model) as agent, asyncio.timeout(120):
        person = Context(LOCAL_OWNER, agent.services, agent.registry)
        buy: dict[str, Any] = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100}
        await agent.call("trade.execute", **buy)
        rests = await agent.call("trade.execute", **{**buy, "type": "limit", "amount": 0.01, "price": 20_000})
        await agent.call("risk.set", askOnPaper=True)
        await agent.registry.call(
            "trade.execute", {**buy, "pair": "ETH/USDT"}, replace(person, origin=Origin.MODEL)
        )

        await agent.say("protect it")
        await agent.say("what is a stop-loss?")
        with pytest.raises(CallError):
            await agent.say("is my tax report ready")
        await agent.say("show all")
        for number in range(196):
            await agent.say(f"question {number}")
            await idle(agent)
        await agent.say("and now?")

        request = last_heard(model)
        notes, taken, *said = request.messages
        assert (notes.recalled, taken.recalled) == (True, True)
        assert "you asked the person: “Where shall the stop-loss be?”" in notes.text
        assert "the person asked: “is my tax report ready” (then: failed)" in notes.text
        assert said[-1].text == "and now?"
        [held] = cast(ApprovalList, await agent.call("approval.list")).approvals
        [position] = cast(PositionList, await agent.call("trade.positions")).positions
        facts = request.system.partition("# Right now")[2]
        assert position.id in facts
        assert cast(OrderReport, rests).order_id in facts
        assert f"{held.approval_id}, until {iso(held.expires_at)}" in facts

        for each in model.requests:
            assert alternates(each)
        heard = [each for each in model.requests if not summarises(each)]
        assert (
            max(sum(len(each.text) for each in one.messages) for one in heard) < HISTORY_CHARS + RECALL_CHARS
        )
        assert max(len(one.messages) for one in heard) <= MOST_MESSAGES + 4
        written = [each for each in model.requests if summarises(each)]
        assert 196 * 2 // (MOST_MESSAGES + 2) <= len(written) <= 200 * 2 // (MOST_MESSAGES - KEPT_MESSAGES)
        soul = (tmp_path / "workspace" / "SOUL.md").read_text().strip()
        assert all(soul not in each.messages[0].text and not each.tools for each in written)
        assert "totalValueUsd" not in "".join(each.messages[0].text for each in written)

        everything = await agent.transcript()
        assert [each.content for each in everything if each.role == "user"] == [
            "protect it",
            "what is a stop-loss?",
            "is my tax report ready",
            "show all",
            *(f"question {number}" for number in range(196)),
            "and now?",
        ]
        page = cast(History, await agent.call("chat.history", limit=500))
        assert [each.id for each in page.messages] == [each.id for each in everything]


async def test_the_model_without_a_key_is_as_clear_after_a_long_conversation_as_at_its_start(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        fresh = (await agent.say("price of ETH", sessionId="fresh")).message.content
        early = [exchange(1, "buy 0.02 btc at 41000 please"), *LONG, *LONG[:5]]
        await said_before(agent, early)
        await agent.say("price of BTC")
        told = (await agent.told("session.compact")).payload
        assert (told["model"], told["cost"], told["inputTokens"]) == ("rules", 0, 0)
        summary = await summary_of(agent)
        assert summary is not None
        assert summary.text.splitlines()[0].endswith("“buy 0.02 btc at 41000 please”: answered “answer 1”")
        assert len(summary.text) <= SUMMARY_CHARS
        assert (await agent.say("price of ETH")).message.content == fresh


async def test_rules_keep_the_newest_requests_and_what_came_of_them(tmp_path: Path) -> None:
    def answer(request: ModelRequest) -> Reply:
        last = request.messages[-1]
        if last.role is Role.TOOL:
            return says("x" * 5_000)
        return says("", PORTFOLIO) if last.text == "look" else says("y" * 500)

    model = ScriptedModel(talking(answer, lambda request: FAILING), piece=10_000)
    async with house(tmp_path, model) as agent, asyncio.timeout(60):
        await said_before(agent, [exchange(number, "q" * 300) for number in range(60)])
        await agent.say("look")
        await agent.say("again")
        await idle(agent)
        for _ in range(KEPT_MESSAGES):
            await agent.say("more")
            await idle(agent)
        await compact(agent)
        summary = await summary_of(agent)
        assert summary is not None
        assert len(summary.text) <= SUMMARY_CHARS
        lines = summary.text.splitlines()
        [look] = [line for line in lines if "“look”" in line]
        assert "portfolio_get {} done; answered “xxx" in look
        assert len(look) < 500
        assert "left out" in lines[0]
        assert "totalValueUsd" not in summary.text


async def test_the_event_says_it_all_to_the_one_whose_conversation_it_is(tmp_path: Path) -> None:
    model = ScriptedModel(talking(answers), name=MODEL)
    async with house(tmp_path, model) as agent:
        await said_before(agent, LONG)
        await agent.say("one more")
        told = await agent.told("session.compact")
        everything = await agent.transcript()
        last = everything[-KEPT_MESSAGES - 1]
        before, after = told.payload["charactersBefore"], told.payload["charactersAfter"]
        assert told.payload == {
            "sessionId": "main",
            "upTo": last.id,
            "messages": len(everything) - KEPT_MESSAGES,
            "charactersBefore": sum(len(each.content) for each in everything),
            "charactersAfter": after,
            "model": MODEL,
            "inputTokens": 900,
            "outputTokens": 30,
            "cachedTokens": 100,
            "cost": 0,
        }
        assert before > 0
        assert (told.principal, told.session_id) == ("owner", "main")
        await agent.say("what next")
        heard = last_heard(model).messages
        assert sum(len(each.text) for each in heard[:-1]) == after
        assert [each.text for each in heard[2:-1]] == [each.content for each in everything[-KEPT_MESSAGES:]]
        shown = cast(OneSession, await agent.call("sessions.get", sessionId="main")).summary
        assert shown is not None
        assert shown.model_dump(mode="json") == {
            "upTo": last.id,
            "messages": told.payload["messages"],
            "text": NOTES,
            "at": epoch_ms(NOON),
            "model": MODEL,
        }
        assert len(agent.all_told("session.compact")) == 1


async def test_what_summaries_took_adds_up_and_a_long_one_is_cut(tmp_path: Path) -> None:
    model = ScriptedModel(talking(answers, lambda request: takes_notes("- n" * 9_000)), name="openai:unknown")
    async with house(tmp_path, model) as agent:
        await said_before(agent, LONG)
        assert await compact(agent) is not None
        await said_before(agent, [exchange(number) for number in range(10)])
        done = await compact(agent)
        assert done is not None
        assert (done.messages, done.cost) == (20, None)
        summary = await summary_of(agent)
        assert summary is not None
        assert (summary.revision, summary.messages, summary.cost) == (2, 48, None)
        assert (summary.input_tokens, summary.output_tokens, summary.cached_tokens) == (1_800, 60, 200)
        assert len(summary.text) == SUMMARY_CHARS
        assert len(model.requests[-1].messages[0].text) < 2 * SUMMARY_CHARS


async def test_asked_for_it_compacts_at_once_or_says_that_there_is_nothing_to_do(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(talking(answers), name=MODEL)) as agent:
        await said_before(agent, LONG[: KEPT_MESSAGES // 2])
        assert await compact(agent) is None
        await said_before(agent, LONG[:1])
        done = await compact(agent)
        assert done is not None
        assert (done.messages, done.model) == (2, MODEL)
        assert await compact(agent) is None
        with pytest.raises(CallError) as caught:
            await compact(agent, principal=FRIEND)
        assert caught.value.reason is Code.NOT_FOUND


@pytest.mark.parametrize("asked", ["und ETH?", "500", "ja"])
async def test_the_model_without_a_key_takes_notes_for_nothing_that_was_said(asked: str) -> None:
    notes = recall(Gist("- buy 0.02 btc at the market", (), 12, NOON))
    said = [
        Message(Role.USER, "wie steht btc", at=NOON),
        Message(Role.ASSISTANT, "BTC steht bei 68.000.", at=NOON),
    ]
    now = Message(Role.USER, asked, at=NOON)
    alone = await listen(OfflineModel(), ModelRequest("", [*said, now], [PRICE]))
    for heard in ([*notes, *said, now], [*said, *notes, now]):
        assert await listen(OfflineModel(), ModelRequest("", heard, [PRICE])) == alone


async def test_conversations_of_jobs_are_compacted_too(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(talking(answers), name=MODEL)) as agent:
        await said_before(agent, LONG, "job:daily")
        ctx = Context(LOCAL_OWNER, agent.services, agent.registry, origin=Origin.JOB)
        await agent.runner.send(ctx, Asked("job:daily", "look", "req_job", None, stream=False, queue=True))
        assert (await agent.told("session.compact")).payload["sessionId"] == "job:daily"


async def test_where_others_read_along_nothing_of_the_account_is_told(tmp_path: Path) -> None:
    model = ScriptedModel(talking(answers), name=MODEL)
    async with house(tmp_path, model) as agent:
        await said_before(agent, LONG)
        for session, shared, summarised in (
            ("main", False, False),
            ("main", False, True),
            ("main", True, True),
        ):
            if summarised:
                await compact(agent)
            ctx = Context(LOCAL_OWNER, agent.services, agent.registry, shared=shared)
            asked = Asked(session, "hi", f"req_{shared}_{summarised}", None, stream=False, queue=True)
            await agent.runner.send(ctx, asked)
            await idle(agent)
            assert ("open positions: none" in last_heard(model).system) == (summarised and not shared)


async def test_a_conversation_from_before_there_were_summaries_is_compacted_whole(tmp_path: Path) -> None:
    model = ScriptedModel(talking(answers), name=MODEL)
    async with house(tmp_path, model) as agent:
        turns = [exchange(number, "q" * 1_000) for number in range(PAGE)]
        await said_before(agent, [exchange(0, answer="Shall I?"), ("why?", "So."), *turns])
        done = await compact(agent)
        assert done is not None
        assert done.messages == 2 * (PAGE + 2) - KEPT_MESSAGES
        given = model.requests[0].messages[0].text
        assert len(given) < HEARD_CHARS * 2 + MESSAGE_CHARS
        assert "Shall I?" in str(cast(Any, await summary_of(agent)).open)


async def test_one_huge_exchange_stays_whole_on_record_and_shortened_before_the_model(tmp_path: Path) -> None:
    model = ScriptedModel(talking(lambda request: says("z" * 30_000)), name=MODEL, piece=50_000)
    async with house(tmp_path, model) as agent:
        await agent.say("q" * 31_000)
        await idle(agent)
        assert await summary_of(agent) is None
        await agent.say("next")
        question, answer, last = last_heard(model).messages
        assert last.text == "next"
        assert len(question.text) + len(answer.text) <= HISTORY_CHARS
        assert len((await agent.transcript())[0].content) == 31_000
        assert MOST_CHARS < 31_000
        await idle(agent)
        assert cast(Any, await summary_of(agent)).messages == 2
