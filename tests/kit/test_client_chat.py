import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from kit import KitClient, KitError
from kit.answers import ANSWER_LOST, Answer
from kit.turns import Turn, TurnBook
from tests.kit.conftest import AT_ONCE
from tests.kit.service import Frame, Refusal, Service, Step


async def collect(stream: AsyncIterator[str]) -> list[str]:
    return [piece async for piece in stream]


def scripted(*steps: Step) -> Callable[[Frame], list[Step]]:
    return lambda params: list(steps)


async def test_a_stream_yields_the_answer_as_it_is_written(client: KitClient, service: Service) -> None:
    gate = asyncio.Event()
    service.turns = scripted("BTC is ", gate, "rising")
    stream = client.chat.stream("Analyze BTC")
    assert await anext(stream) == "BTC is "
    gate.set()
    assert await collect(stream) == ["rising"]
    assert service.asked[-1]["params"] == {"message": "Analyze BTC", "sessionId": "main", "stream": True}


async def test_a_turn_is_iterated_over_or_awaited_or_both(client: KitClient, service: Service) -> None:
    assert [piece async for piece in client.chat("Hello")] == ["You said: ", "Hello"]
    assert await client.chat("Hello") == "You said: Hello"
    turn = client.chat("Hello", session_id="s1", queue=True)
    assert [piece async for piece in turn] == ["You said: ", "Hello"]
    assert await turn == "You said: Hello"
    assert [piece async for piece in turn] == ["You said: ", "Hello"]
    assert turn.answer is not None
    assert turn.answer.message.role == "assistant"
    assert turn.answer.requestId == turn.request_id
    assert service.methods().count("chat.send") == 3
    assert service.asked[-1]["params"]["queue"] is True


async def test_a_turn_that_nobody_reads_is_not_sent(client: KitClient, service: Service) -> None:
    client.chat("Hello")
    client.chat.stream("Hello")
    await client.ping()
    assert service.methods() == ["connect", "ping"]


async def test_sending_without_a_stream_returns_all_that_the_service_tells(
    client: KitClient, service: Service
) -> None:
    answer = await client.chat.send("Hello")
    assert answer.message.content == "You said: Hello"
    assert service.events == []


async def test_tool_calls_are_among_the_events_of_a_turn(client: KitClient, service: Service) -> None:
    call = {"id": "c1", "name": "market_price", "arguments": {"pair": "BTC/USDT"}}
    service.turns = scripted("Let me look. ", call, "It rose.")
    turn = client.chat("How is BTC?")
    names = [(name, payload.get("toolCall")) async for name, payload in turn.events()]
    assert names == [
        ("chat.start", None),
        ("chat.chunk", None),
        ("chat.tool_call", call),
        ("chat.chunk", None),
        ("chat.complete", None),
    ]
    assert await turn == "Let me look. It rose."


@pytest.mark.parametrize("tell_frame_id", [True, False])
async def test_streams_of_two_sessions_do_not_mix(
    client: KitClient, service: Service, tell_frame_id: bool
) -> None:
    service.tell_frame_id = tell_frame_id
    service.turns = lambda params: [f"{params['message']}{number} " for number in range(20)]
    sessions = [f"s{number}" for number in range(8)]
    streams = [client.chat.stream(name, session_id=name) for name in sessions]
    texts = await asyncio.gather(*(collect(stream) for stream in streams))
    assert texts == [[f"{name}{number} " for number in range(20)] for name in sessions]


async def test_streams_of_one_session_do_not_mix(client: KitClient, service: Service) -> None:
    service.turns = lambda params: [f"{params['message']}{number} " for number in range(20)]
    streams = [client.chat.stream(name, queue=True) for name in "abc"]
    texts = await asyncio.gather(*(collect(stream) for stream in streams))
    assert texts == [[f"{name}{number} " for number in range(20)] for name in "abc"]


@pytest.mark.parametrize("tell_frame_id", [True, False])
async def test_what_another_client_says_in_the_session_is_not_ours(
    client: KitClient, service: Service, tell_frame_id: bool
) -> None:
    service.tell_frame_id = tell_frame_id
    gate = asyncio.Event()
    other = {"sessionId": "main", "requestId": "theirs", **({"frameId": "f"} if tell_frame_id else {})}
    service.turns = scripted("ours", gate, " too")
    service.tell("chat.start", **other)
    await client.ping()
    stream = client.chat.stream("Hello")
    assert await anext(stream) == "ours"
    service.tell("chat.chunk", chunk="theirs", **other)
    service.tell("chat.complete", message={"content": "theirs"}, **other)
    gate.set()
    assert await collect(stream) == [" too"]


@pytest.mark.parametrize("tell_frame_id", [True, False])
async def test_a_turn_that_was_queued_before_ours_is_not_ours(
    client: KitClient, service: Service, tell_frame_id: bool
) -> None:
    theirs = {"sessionId": "main", "requestId": "theirs", **({"frameId": "f"} if tell_frame_id else {})}
    ours = {"sessionId": "main", "requestId": "ours"}

    async def queue(params: Frame) -> Frame:
        mine = {**ours, **({"frameId": service.asked[-1]["id"]} if tell_frame_id else {})}
        service.tell("chat.chunk", chunk="somebody", sessionId="main", requestId="running")
        service.tell("chat.queued", ahead=2, **mine)
        service.tell("chat.start", **theirs)
        service.tell("chat.chunk", chunk="theirs", **theirs)
        service.tell("chat.complete", message={"content": "theirs"}, **theirs)
        service.tell("chat.start", **mine)
        service.tell("chat.chunk", chunk="ours", **mine)
        return {**ours, "message": {"content": "ours"}}

    service.answers["chat.send"] = queue
    service.tell("chat.queued", ahead=1, **theirs)
    await client.ping()
    turn = client.chat("Hello", queue=True)
    assert [name async for name, _ in turn.events()] == ["chat.queued", "chat.start", "chat.chunk"]
    assert await turn == "ours"


async def test_a_chunk_of_a_turn_under_way_does_not_begin_ours(client: KitClient, service: Service) -> None:
    async def answer(params: Frame) -> Frame:
        service.tell("chat.chunk", chunk="theirs", sessionId="main", requestId="theirs")
        service.tell("chat.start", sessionId="main", requestId="ours")
        service.tell("chat.chunk", chunk="ours", sessionId="main", requestId="ours")
        return {"requestId": "ours", "message": {"content": "ours"}}

    service.answers["chat.send"] = answer
    assert await collect(client.chat.stream("Hello")) == ["ours"]


async def test_turns_of_one_session_may_begin_in_any_order(client: KitClient, service: Service) -> None:
    later = asyncio.Event()

    async def answer(params: Frame) -> Frame:
        frame = next(each for each in service.asked if each["params"] == params)
        if params["message"] == "first":
            await later.wait()
        ids = {"sessionId": "main", "requestId": params["message"], "frameId": frame["id"]}
        service.tell("chat.start", **ids)
        service.tell("chat.chunk", chunk=params["message"], **ids)
        later.set()
        return {**ids, "message": {"content": params["message"]}}

    service.answers["chat.send"] = answer
    streams = [client.chat.stream(message, queue=True) for message in ("first", "second")]
    assert await asyncio.gather(*(collect(stream) for stream in streams)) == [["first"], ["second"]]


async def test_what_was_said_between_tools_stays_when_the_last_message_leaves_it_out(
    client: KitClient, service: Service
) -> None:
    async def answer(params: Frame) -> Frame:
        ids = {"sessionId": "main", "requestId": "r"}
        service.tell("chat.start", **ids)
        service.tell("chat.chunk", chunk="Let me look. ", **ids)
        service.tell("chat.chunk", chunk="It rose.", **ids)
        return {**ids, "message": {"content": "It rose."}}

    service.answers["chat.send"] = answer
    turn = client.chat("Hello")
    assert [piece async for piece in turn] == ["Let me look. ", "It rose."]
    assert await turn == "It rose."


async def test_a_service_that_names_no_request_is_understood_while_one_turn_runs(
    client: KitClient, service: Service
) -> None:
    async def plain(params: Frame) -> Frame:
        service.tell("chat.start", sessionId="main", requestId="req_1")
        service.tell("chat.chunk", chunk="Hel")
        service.tell("chat.chunk", chunk="lo")
        return {"sessionId": "main", "requestId": "req_1", "message": {"content": "Hello"}}

    service.answers["chat.send"] = plain
    assert await collect(client.chat.stream("Hi")) == ["Hel", "lo"]


async def test_a_service_that_does_not_stream_is_heard_all_the_same(
    client: KitClient, service: Service
) -> None:
    service.answers["chat.send"] = lambda params: {"requestId": "r", "message": {"content": "Hello"}}
    assert await collect(client.chat.stream("Hi")) == ["Hello"]


async def test_a_busy_agent_is_an_error_of_the_stream(client: KitClient, service: Service) -> None:
    def refuse(params: Frame) -> Frame:
        raise Refusal("AGENT_BUSY", retryable=True)

    service.answers["chat.send"] = refuse
    for read in (collect(client.chat.stream("Hi")), _whole(client.chat("Hi"))):
        with pytest.raises(KitError) as caught:
            await read
        assert (caught.value.code, caught.value.retryable) == ("AGENT_BUSY", True)


async def test_a_turn_that_fails_midway_keeps_what_was_said(client: KitClient, service: Service) -> None:
    def failing(params: Frame) -> Any:
        yield "It is "
        raise Refusal("INTERNAL_ERROR")

    service.turns = failing
    stream = client.chat.stream("Hi")
    assert await anext(stream) == "It is "
    with pytest.raises(KitError) as caught:
        await anext(stream)
    assert caught.value.code == "INTERNAL_ERROR"
    assert service.events[-1]["event"] == "chat.error"


async def test_an_aborted_turn_ends_with_what_was_said(client: KitClient, service: Service) -> None:
    service.turns = scripted("It is", asyncio.Event(), " never said")
    turn = client.chat("Hi", session_id="s1")
    heard: list[str] = []
    async for piece in turn:
        heard.append(piece)
        assert await turn.abort() is True
    assert heard == ["It is"]
    assert turn.answer is not None
    assert turn.answer.aborted is True
    assert service.asked[-1]["params"] == {"sessionId": "s1", "requestId": turn.request_id}


async def test_a_turn_is_aborted_by_its_frame_while_the_service_has_not_named_it(
    client: KitClient, service: Service
) -> None:
    turn = client.chat("Hi")
    assert await turn.abort() is False
    assert service.asked[-1]["params"] == {"sessionId": "main", "requestId": turn.frame_id}


async def test_leaving_a_stream_early_leaves_the_client_whole(client: KitClient, service: Service) -> None:
    gate = asyncio.Event()
    service.turns = scripted("one", gate, "two")
    async for _ in client.chat.stream("Hi"):
        break
    gate.set()
    assert (await client.ping()).method == "ping"
    assert await client.chat("Hi") == "onetwo"


async def test_an_answer_that_takes_too_long_is_a_timeout(client: KitClient, service: Service) -> None:
    service.turns = scripted("It is", asyncio.Event())
    with pytest.raises(KitError) as caught:
        await client.chat("Hi", timeout=0.05)
    assert caught.value.code == "TIMEOUT"


CUTS = [(frames, lost) for frames in range(1, 8) for lost in (False, True)]


@pytest.mark.parametrize("cut", CUTS, ids=[f"{'before' if lost else 'after'}-{n}" for n, lost in CUTS])
async def test_a_stream_survives_a_cut_at_any_frame(service: Service, cut: tuple[int, bool]) -> None:
    pieces = ["The ", "price ", "rose."]
    service.turns = scripted(*pieces)
    if cut == (1, True):
        # A greeting that never arrives is the first connection's error; here it is the second one's.
        service.cuts = iter([(2, False), cut])
    else:
        service.cuts = iter([cut])
    client = KitClient(service.url, token="", backoff=AT_ONCE)
    async with client:
        assert await collect(client.chat.stream("Hi")) == pieces
    assert [name for name, _ in service.done].count("chat.send") == 1


async def test_pieces_that_are_no_longer_kept_are_taken_from_the_whole(service: Service) -> None:
    gate = asyncio.Event()
    service.turns = scripted("one ", gate, "two ", "three")
    errors: list[BaseException] = []
    async with KitClient(service.url, token="", backoff=AT_ONCE, on_error=errors.append) as client:
        stream = client.chat.stream("Hi")
        assert await anext(stream) == "one "
        service.keep_events_from = 1_000
        await _cut_and(service, gate)
        assert await collect(stream) == ["two three"]
    assert [getattr(error, "code", None) for error in errors] == ["EVENTS_LOST"]


async def test_a_stream_with_a_hole_says_so_and_hands_over_the_whole(service: Service) -> None:
    gate, end = asyncio.Event(), asyncio.Event()
    service.turns = scripted("one ", gate, "two ", end, "three")
    async with KitClient(service.url, token="", backoff=AT_ONCE) as client:
        stream = client.chat.stream("Hi")
        assert await anext(stream) == "one "
        service.keep_events_from = 4
        await _cut_and(service, gate)
        end.set()
        with pytest.raises(KitError) as caught:
            await collect(stream)
    assert caught.value.code == "STREAM_INCOMPLETE"
    assert caught.value.details == {"message": "one two three"}


async def _cut_and(service: Service, gate: asyncio.Event) -> None:
    """Cut, let the turn go on while nobody listens, and wait until the client is back."""
    seen = len(service.asked)
    service.cut()
    gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    await service.until(lambda: "chat.send" in [frame["method"] for frame in service.asked[seen:]])


IDS = {"sessionId": "main", "requestId": "req_1"}
ENDS: list[tuple[str, dict[str, Any], str | None]] = [
    ("chat.complete", {"message": {"content": "It rose."}}, None),
    ("chat.aborted", {"message": {"content": "It rose."}}, None),
    ("chat.error", {"error": {"code": "AGENT_BUSY"}}, "AGENT_BUSY"),
]


@pytest.mark.parametrize(("name", "payload", "code"), ENDS, ids=[name for name, _, _ in ENDS])
async def test_a_turn_whose_answer_is_lost_ends_with_its_last_event(
    name: str, payload: dict[str, Any], code: str | None
) -> None:
    book = TurnBook()

    async def lose(method: str, params: Mapping[str, Any], seconds: float, frame_id: str | None) -> Answer:
        book.take("chat.start", Answer(IDS, frameId=frame_id))
        book.take("chat.chunk", Answer(IDS, chunk="It rose."))
        asyncio.get_running_loop().call_soon(book.take, name, Answer(IDS, **payload))
        raise KitError(ANSWER_LOST, "cut")

    turn = Turn(lose, book, {"message": "Hi", "sessionId": "main"}, "frame-1")  # type: ignore[arg-type]
    if code is None:
        assert await turn == "It rose."
        assert turn.answer is not None
        assert turn.answer.aborted is (name == "chat.aborted")
    else:
        with pytest.raises(KitError) as caught:
            await turn
        assert caught.value.code == code


async def _whole(turn: Turn) -> str:
    return await turn
