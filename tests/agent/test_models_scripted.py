import asyncio

import pytest

from agent.models.errors import ModelBusy, ModelRejected, StreamCut
from agent.models.port import Completion, ModelRequest, ToolCall, Usage
from agent.models.scripted import Broken, Reply, ScriptedModel
from tests.agent.listening import asking, listen, result

CALL = ToolCall("a", "market_price", {"symbol": "BTC"})


async def test_replies_come_one_a_request_and_text_in_pieces() -> None:
    replies = [Completion("", "any", (CALL,), Usage(3, 2)), Completion("Bitcoin is up.", "any")]
    model = ScriptedModel(replies, name="scripted:a", piece=5)
    first = await listen(model, asking("and?"))
    second = await listen(model, asking("so?"))
    assert first.completion == Completion("", "scripted:a", (CALL,), Usage(3, 2))
    assert second.pieces == ["Bitco", "in is", " up."]
    assert second.completion == Completion("Bitcoin is up.", "scripted:a")


async def test_a_function_may_answer() -> None:
    def echo(request: ModelRequest) -> Reply:
        return Completion(request.messages[-1].text.upper(), "any")

    heard = await listen(ScriptedModel(echo), asking("hello"))
    assert heard.completion.text == "HELLO"


async def test_it_keeps_the_requests_as_they_were() -> None:
    model = ScriptedModel([Completion("Hi.", "any")])
    messages = list(asking("hello").messages)
    await listen(model, ModelRequest("", messages))
    messages.append(result("a", "later"))
    assert [len(request.messages) for request in model.requests] == [1]


async def test_errors_are_raised_before_or_after_text() -> None:
    model = ScriptedModel([ModelBusy("x"), Broken("Once upon", StreamCut("x"))])
    with pytest.raises(ModelBusy):
        await listen(model, asking("hello"))
    pieces: list[str] = []
    with pytest.raises(StreamCut):
        await listen(model, asking("hello"), pieces)
    assert "".join(pieces) == "Once upon"


async def test_the_end_of_the_script_is_an_error_nobody_retries() -> None:
    with pytest.raises(ModelRejected):
        await listen(ScriptedModel([]), asking("hello"))


async def test_it_holds_in_the_middle_of_an_answer_until_told_to_go_on() -> None:
    go_on = asyncio.Event()
    model = ScriptedModel([Completion("Bitcoin is up.", "any")], hold=go_on)
    pieces: list[str] = []
    reading = asyncio.create_task(listen(model, asking("hello"), pieces))
    await model.held.wait()
    assert (pieces, reading.done()) == (["Bitcoin "], False)
    go_on.set()
    heard = await reading
    assert heard.completion.text == "Bitcoin is up."


async def test_a_held_answer_can_be_abandoned() -> None:
    model = ScriptedModel([Completion("", "any", (CALL,))], hold=asyncio.Event())
    reading = asyncio.create_task(listen(model, asking("hello")))
    await model.held.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
