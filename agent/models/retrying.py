"""Asks a model again when its error says that can help."""

import random
from collections.abc import AsyncIterator

from agent.models.connection import closing
from agent.models.errors import ModelError
from agent.models.port import Completion, Model, ModelRequest, TextDelta
from trading.clock import Clock


class Retrying:
    """A model asked up to `attempts` times.

    Between them it waits `base`·2ⁿ seconds, at most `cap`, less up to half by chance. A wait the vendor
    asks for is kept, unless it is longer than `cap`: then the error is passed on at once. So is any error
    once text has been passed on, because a second answer would repeat it.
    """

    def __init__(
        self,
        model: Model,
        clock: Clock,
        jitter: random.Random,
        attempts: int = 3,
        base: float = 0.5,
        cap: float = 20,
    ) -> None:
        self.name = model.name
        self._model = model
        self._clock = clock
        self._jitter = jitter
        self._attempts = attempts
        self._base = base
        self._cap = cap

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield text as it is written and, last, the completion. Raises the last ModelError."""
        attempt = 0
        while True:
            attempt += 1
            spoken = False
            answer = self._model.stream(request)
            try:
                async with closing(answer):
                    async for piece in answer:
                        spoken = True
                        yield piece
                return
            except ModelError as error:
                wait = self._wait(error, attempt)
                if spoken or wait is None:
                    raise
            await self._clock.sleep(wait)

    async def check(self) -> None:
        """Ask the model's vendor, once."""
        await self._model.check()

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._model.aclose()

    def _wait(self, error: ModelError, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt, or None when there shall be none."""
        if not error.retry or attempt >= self._attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._cap else None
        return min(self._cap, self._base * 2.0 ** (attempt - 1)) * (1 - self._jitter.random() / 2)
