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
from agent.models.failover import Failover
from agent.models.port import Completion
from agent.models.scripted import Broken, Reply, ScriptedModel
from tests.agent.listening import asking, listen

HELLO = Completion("Hello.", "scripted:model")


def _models(*replies: Reply) -> list[ScriptedModel]:
    return [ScriptedModel([reply], name=f"scripted:{place}") for place, reply in enumerate(replies)]


async def test_the_first_model_answers_when_it_can() -> None:
    models = _models(HELLO, HELLO)
    heard = await listen(Failover(models), asking("hi"))
    assert heard.completion.model == "scripted:0"
    assert models[1].requests == []


@pytest.mark.parametrize(
    "error",
    [ModelBusy("x"), ModelUnavailable("x"), StreamCut("x"), ModelKeyRejected("x"), ModelRejected("x")],
)
async def test_the_next_model_answers_and_is_named(error: ModelError) -> None:
    heard = await listen(Failover(_models(error, HELLO)), asking("hi"))
    assert heard.completion == Completion("Hello.", "scripted:1")


async def test_what_one_model_declines_is_not_put_to_another() -> None:
    models = _models(ContentRefused("x"), HELLO)
    with pytest.raises(ContentRefused):
        await listen(Failover(models), asking("hi"))
    assert models[1].requests == []


async def test_what_has_been_said_is_not_said_again_by_another() -> None:
    models = _models(Broken("Once upon a time", StreamCut("x")), HELLO)
    pieces: list[str] = []
    with pytest.raises(StreamCut):
        await listen(Failover(models), asking("hi"), pieces)
    assert "".join(pieces) == "Once upon a time"
    assert models[1].requests == []


async def test_a_model_alone_keeps_its_own_error() -> None:
    error = ModelBusy("x", retry_after=3)
    with pytest.raises(ModelBusy) as caught:
        await listen(Failover(_models(error)), asking("hi"))
    assert caught.value is error


@pytest.mark.parametrize(
    ("errors", "kind", "wait"),
    [
        ((ModelBusy("x", 9), ModelKeyRejected("x"), ModelBusy("x", 4)), ModelBusy, 4),
        ((ModelBusy("x", 9), StreamCut("x")), ModelUnavailable, 9),
        ((ModelRejected("x"), ModelKeyRejected("x")), ModelKeyRejected, None),
        ((ModelRejected("x"), ModelRejected("x")), ModelRejected, None),
    ],
)
async def test_when_all_fail_the_error_names_each_and_keeps_the_best_hope(
    errors: tuple[ModelError, ...], kind: type[ModelError], wait: float | None
) -> None:
    models = _models(*errors)
    with pytest.raises(ModelError) as caught:
        await listen(Failover(models), asking("hi"))
    assert type(caught.value) is kind
    assert caught.value.retry_after == wait
    assert all(str(caught.value).count(model.name) == 1 for model in models)


def test_no_models_are_no_fail_over() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Failover([])
