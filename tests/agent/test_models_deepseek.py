"""DeepSeek is asked over OpenAI's SDK, under its own name and key."""

from dataclasses import replace

import pytest

from agent.models.catalog import Access, build, default_spec
from agent.models.errors import ModelKeyRejected, StreamCut
from agent.models.port import Usage
from agent.models.quirks import THINKING
from tests.agent.listening import PRICE, asking, listen
from tests.agent.loopback import Answer, events, refusal, serving

KEY = "sk-deepseek-canary"


def chunk(delta: dict[str, str | None], finish: str | None = None, **more: object) -> dict[str, object]:
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


USED = {"prompt_tokens": 120, "completion_tokens": 900, "prompt_cache_hit_tokens": 64}
THOUGHT = Answer(
    events(
        chunk({"content": None, "reasoning_content": "Is it up?"}),
        chunk({"content": "Up.", "reasoning_content": None}),
        chunk({}, "stop", usage=USED),
        done=True,
    )
)


async def test_a_reasoner_is_given_room_to_think_and_no_temperature() -> None:
    async with serving(THOUGHT) as server:
        model = build("deepseek:deepseek-reasoner", {"deepseek": Access(KEY, server.url)})
        heard = await listen(model, replace(asking("and?"), temperature=0.5, max_tokens=4_000))
        await model.aclose()
    assert heard.pieces == ["Up."]
    assert heard.completion.model == "deepseek:deepseek-reasoner"
    assert heard.completion.usage == Usage(input=120, output=900, cached=64)
    assert server.paths == ["/chat/completions"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    body = server.bodies[0]
    assert (body["model"], body["max_tokens"], "temperature" in body) == (
        "deepseek-reasoner",
        THINKING,
        False,
    )


async def test_one_that_may_think_does_so_only_without_tools() -> None:
    async with serving(THOUGHT) as server:
        model = build("deepseek", {"deepseek": Access(KEY, server.url)})
        for request in (asking("and?"), asking("and?", tools=(PRICE,))):
            await listen(model, replace(request, max_tokens=4_000))
        await model.aclose()
    alone, tooled = server.bodies
    assert (alone["model"], alone["max_tokens"], "thinking" in alone) == ("deepseek-flash", THINKING, False)
    assert (tooled["max_tokens"], tooled["thinking"]) == (4_000, {"type": "disabled"})


async def test_one_that_nothing_is_known_of_is_asked_as_others_are() -> None:
    async with serving(THOUGHT) as server:
        model = build("deepseek:deepseek-chat", {"deepseek": Access(KEY, server.url)})
        await listen(model, replace(asking("and?"), temperature=0.5, max_tokens=4_000))
        await model.aclose()
    body = server.bodies[0]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("deepseek-chat", 4_000, 0.5)


async def test_what_is_known_of_a_model_holds_besides_what_is_learned() -> None:
    refused = refusal(400, {"message": "unknown field", "param": "stream_options"})
    async with serving(refused, THOUGHT) as server:
        model = build("deepseek:deepseek-reasoner", {"deepseek": Access(KEY, server.url)})
        await listen(model, asking("and?"))
        await model.aclose()
    assert [body["max_tokens"] for body in server.bodies] == [THINKING, THINKING]
    assert "stream_options" not in server.bodies[1]


async def test_thinking_that_leads_to_no_answer_is_one_that_broke_off() -> None:
    thinking = events(chunk({"content": None, "reasoning_content": "Hm."}), chunk({}, "length"), done=True)
    async with serving(Answer(thinking)) as server:
        model = build("deepseek:deepseek-reasoner", {"deepseek": Access(KEY, server.url)})
        with pytest.raises(StreamCut):
            await listen(model, asking("and?"))
        await model.aclose()


async def test_an_empty_account_is_a_matter_of_the_key_and_the_key_is_not_told() -> None:
    async with serving(refusal(402, {"message": f"Insufficient Balance of {KEY}"})) as server:
        model = build("deepseek", {"deepseek": Access(KEY, server.url)})
        with pytest.raises(ModelKeyRejected) as caught:
            await listen(model, asking("and?"))
        await model.aclose()
    assert str(caught.value).startswith("deepseek:deepseek-flash: ")
    assert KEY not in str(caught.value)


def test_it_wants_a_key_unless_it_is_a_server_of_ones_own() -> None:
    with pytest.raises(ModelKeyRejected):
        build("deepseek", {})
    own = build("deepseek:r1", {"deepseek": Access(base_url="http://127.0.0.1:9")})
    assert own.name == "deepseek:r1"


def test_its_key_alone_chooses_it() -> None:
    assert default_spec({"deepseek": Access(KEY)}) == "deepseek:deepseek-flash"
    assert default_spec({"deepseek": Access(KEY), "openai": Access("k")}) == "openai:gpt-6-sol"
