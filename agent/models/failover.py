"""Asks the next model when one fails."""

from collections.abc import AsyncIterator, Sequence

from agent.models.connection import closing
from agent.models.errors import (
    ContentRefused,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
)
from agent.models.port import Completion, Model, ModelRequest, TextDelta

HOPE: tuple[type[ModelError], ...] = (ModelUnavailable, ModelBusy, ModelKeyRejected, ModelRejected)
"""When all fail, the error is the first of these that one of them gave: the one with most hope in it."""

REASON_CHARS = 120
"""How much is told of why one of several models failed."""


class Failover:
    """Several models, asked in order until one answers; known by the name of the first.

    What a model declines for its content is not put to the next one, and once text has been passed on a
    failure is raised, because another answer would repeat it.
    """

    def __init__(self, models: Sequence[Model]) -> None:
        if not models:
            raise ValueError("a fail-over needs at least one model")
        self.name = models[0].name
        self._models = tuple(models)

    @property
    def models(self) -> Sequence[Model]:
        """The models, in their order."""
        return self._models

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield text as it is written and, last, the completion, which says who answered.

        Raises the ModelError of the one model there is, or one that names every model and why it failed.
        """
        errors: list[ModelError] = []
        for model in self._models:
            spoken = False
            answer = model.stream(request)
            try:
                async with closing(answer):
                    async for piece in answer:
                        spoken = True
                        yield piece
                return
            except ModelError as error:
                if spoken or isinstance(error, ContentRefused):
                    raise
                errors.append(error)
        raise _together([model.name for model in self._models], errors)

    async def check(self) -> None:
        """Ask every model's vendor; the first that is not well is told."""
        for model in self._models:
            await model.check()

    async def aclose(self) -> None:
        """Let go of the connections of all models."""
        for model in self._models:
            await model.aclose()


def _together(names: Sequence[str], errors: Sequence[ModelError]) -> ModelError:
    if len(errors) == 1:
        return errors[0]
    kind = next((kind for kind in HOPE if any(isinstance(error, kind) for error in errors)), ModelError)
    reasons = [_reason(name, error) for name, error in zip(names, errors, strict=True)]
    waits = [error.retry_after for error in errors if error.retry_after is not None]
    return kind("; ".join(reasons), min(waits, default=None))


def _reason(name: str, error: ModelError) -> str:
    words = str(error).removeprefix(f"{name}: ").rstrip(". ")
    return f"{name}: {words if len(words) <= REASON_CHARS else words[:REASON_CHARS] + '…'}"
