import random
from datetime import UTC, datetime

import pytest

from agent.models.errors import (
    ContentRefused,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)
from agent.models.port import Completion
from agent.models.retrying import Retrying
from agent.models.scripted import Broken, Reply, ScriptedModel
from tests.agent.listening import asking, listen

HELLO = Completion("Hello.", "scripted:model")


class Waits:
    """A clock whose time passes at once; it notes how long it was asked to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


def _patient(
    clock: Waits, *replies: Reply, attempts: int = 3, cap: float = 20
) -> tuple[Retrying, ScriptedModel]:
    model = ScriptedModel(replies)
    return Retrying(model, clock, random.Random(7), attempts=attempts, base=0.5, cap=cap), model


@pytest.mark.parametrize("error", [ModelBusy("x"), ModelUnavailable("x"), StreamCut("x")])
async def test_what_may_pass_is_asked_again(error: ModelError) -> None:
    clock = Waits()
    patient, model = _patient(clock, error, error, HELLO)
    heard = await listen(patient, asking("hi"))
    assert heard.completion == HELLO
    assert len(model.requests) == 3


@pytest.mark.parametrize("error", [ModelRejected("x"), ModelKeyRejected("x"), ContentRefused("x")])
async def test_what_will_not_pass_is_not_asked_again(error: ModelError) -> None:
    clock = Waits()
    patient, model = _patient(clock, error, HELLO)
    with pytest.raises(type(error)):
        await listen(patient, asking("hi"))
    assert (len(model.requests), clock.seconds) == (1, [])


async def test_the_last_error_is_passed_on_when_the_attempts_are_used_up() -> None:
    clock = Waits()
    patient, model = _patient(clock, ModelBusy("x"), ModelBusy("x"), StreamCut("x"), HELLO)
    with pytest.raises(StreamCut):
        await listen(patient, asking("hi"))
    assert len(model.requests) == 3


async def test_waits_double_up_to_the_cap_less_up_to_half() -> None:
    clock = Waits()
    patient, _ = _patient(clock, *[ModelUnavailable("x")] * 7, HELLO, attempts=8, cap=4)
    await listen(patient, asking("hi"))
    full = [0.5, 1, 2, 4, 4, 4, 4]
    assert all(most / 2 <= wait <= most for wait, most in zip(clock.seconds, full, strict=True))
    assert len({wait / most for wait, most in zip(clock.seconds, full, strict=True)}) == 7


async def test_the_vendors_own_wait_is_kept() -> None:
    clock = Waits()
    patient, _ = _patient(clock, ModelBusy("x", retry_after=12), ModelBusy("x", retry_after=0), HELLO)
    await listen(patient, asking("hi"))
    assert clock.seconds == [12, 0]


async def test_a_wait_beyond_the_cap_is_left_to_the_caller() -> None:
    clock = Waits()
    patient, model = _patient(clock, ModelBusy("x", retry_after=21), HELLO)
    with pytest.raises(ModelBusy) as caught:
        await listen(patient, asking("hi"))
    assert (caught.value.retry_after, len(model.requests), clock.seconds) == (21, 1, [])


async def test_what_has_been_said_is_not_said_again() -> None:
    clock = Waits()
    patient, model = _patient(clock, Broken("Once upon a time", StreamCut("x")), HELLO)
    pieces: list[str] = []
    with pytest.raises(StreamCut):
        await listen(patient, asking("hi"), pieces)
    assert "".join(pieces) == "Once upon a time"
    assert len(model.requests) == 1
