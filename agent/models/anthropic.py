"""Claude models over Anthropic's SDK: streamed answers of the Messages API, with tools."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from agent.models.anthropic_answer import Answer
from agent.models.anthropic_messages import body
from agent.models.anthropic_thoughts import Thoughts
from agent.models.connection import Timeouts, usable_key
from agent.models.errors import ModelError
from agent.models.faults import translate
from agent.models.port import Completion, ModelRequest, TextDelta

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

BASE_URL = "https://api.anthropic.com"


class AnthropicModel:
    """A Claude model.

    The SDK is loaded, beside the event loop, when the first answer is asked for. `model` is the vendor's
    name of it. Raises ModelKeyRejected without a usable key.
    """

    def __init__(
        self, model: str, api_key: str, base_url: str | None = None, timeouts: Timeouts | None = None
    ) -> None:
        self.name = f"anthropic:{model}"
        self._model = model
        self._key = usable_key("anthropic", api_key)
        self._base_url = base_url or BASE_URL
        self._timeouts = timeouts or Timeouts()
        self._thoughts = Thoughts()
        self._client: AsyncAnthropic | None = None
        self._opening = asyncio.Lock()
        self._failures: tuple[type[Exception], ...] = ()

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield text as it is written and, last, the completion.

        Raises a ModelError; StreamCut also when the answer breaks off or is empty.
        """
        client = await self._connected()
        params = body(self._model, request, self._thoughts)
        answer = Answer()
        fault: ModelError | None = None
        begun = False
        try:
            async with await client.messages.create(**params, stream=True) as events:
                begun = True
                self._timeouts.begun(events.response)
                async for event in events:
                    if piece := answer.take(event):
                        yield TextDelta(piece)
        except self._failures as error:
            fault = translate(error, self.name, self._key, begun)
        # Raised out here, so that what the SDK knew (headers, the key) does not hang on as its context.
        if fault is not None and answer.stop_reason is None:
            raise fault
        yield self._finished(answer, request, params)

    async def check(self) -> None:
        """Ask the vendor whether it knows the key and the model."""
        client = await self._connected()
        fault: ModelError | None = None
        try:
            await client.models.retrieve(self._model)
        except self._failures as error:
            fault = translate(error, self.name, self._key, begun=False)
        if fault is not None:
            raise fault

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.close()

    def _finished(self, answer: Answer, request: ModelRequest, params: dict[str, Any]) -> Completion:
        completion, blocks = answer.completion(self.name, request)
        if blocks:
            self._thoughts.keep([call.id for call in completion.tool_calls], params, blocks)
        return completion

    async def _connected(self) -> "AsyncAnthropic":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
        return self._client

    def _open(self) -> "AsyncAnthropic":
        import json

        import anthropic
        import httpx2

        self._failures = (
            anthropic.AnthropicError,
            httpx2.HTTPError,
            httpx2.InvalidURL,
            json.JSONDecodeError,
            UnicodeDecodeError,
        )
        client = anthropic.AsyncAnthropic(
            api_key=self._key,
            base_url=self._base_url,
            timeout=self._timeouts.for_client(),
            # Whether to try again is for the caller to say.
            max_retries=0,
            open_telemetry=False,
        )
        # The SDK imports its messages only when they are first touched.
        client.messages  # noqa: B018
        return client
