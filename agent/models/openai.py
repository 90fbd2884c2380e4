"""Models over OpenAI's SDK: streamed chat completions with tools, of OpenAI or any compatible server."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from agent.models.connection import Timeouts, usable_key
from agent.models.errors import ModelError
from agent.models.faults import translate
from agent.models.openai_answer import Answer
from agent.models.openai_messages import body
from agent.models.port import Completion, ModelRequest, TextDelta
from agent.models.quirks import Quirks

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

BASE_URL = "https://api.openai.com/v1"

NO_KEY = "none"
"""Stands where a server of one's own asks for no key; the SDK insists on one."""


class OpenAIModel:
    """A model of OpenAI or of a compatible server.

    The SDK is loaded, beside the event loop, when the first answer is asked for. `model` is the server's
    name of it and `vendor` what we call the server; only one at a `base_url` of its own does without a key.
    Raises ModelKeyRejected without a usable key.
    """

    def __init__(
        self,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        timeouts: Timeouts | None = None,
        vendor: str = "openai",
    ) -> None:
        self.name = f"{vendor}:{model}"
        self._model = model
        self._key = NO_KEY if base_url and not api_key else usable_key("openai", api_key or "")
        self._base_url = base_url or BASE_URL
        # OpenAI's newer name of the limit is unknown to most compatible servers.
        self._limit_field = "max_tokens" if base_url else "max_completion_tokens"
        self._timeouts = timeouts or Timeouts()
        self._quirks = Quirks(model)
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        self._failures: tuple[type[Exception], ...] = ()

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield text as it is written and, last, the completion.

        Raises a ModelError; StreamCut also when the answer breaks off or is empty.
        """
        client = await self._connected()
        answer = Answer()
        fault: ModelError | None = None
        begun = False
        try:
            async with await self._asked(client, body(self._model, request, self._limit_field)) as chunks:
                begun = True
                self._timeouts.begun(chunks.response)
                async for chunk in chunks:
                    if piece := answer.take(chunk):
                        yield TextDelta(piece)
        except self._failures as error:
            fault = translate(error, self.name, self._secret, begun)
        # Raised out here, so that what the SDK knew (headers, the key) does not hang on as its context.
        if fault is not None and answer.finish_reason is None:
            raise fault
        yield answer.completion(self.name, request)

    async def check(self) -> None:
        """Ask the vendor whether it knows the key and the model."""
        client = await self._connected()
        fault: ModelError | None = None
        try:
            await client.models.retrieve(self._model)
        except self._failures as error:
            fault = translate(error, self.name, self._secret, begun=False)
        if fault is not None:
            raise fault

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.close()

    @property
    def _secret(self) -> str:
        """What must not stand in an error: nothing, where there is no key."""
        return "" if self._key == NO_KEY else self._key

    async def _asked(
        self, client: "AsyncOpenAI", params: dict[str, Any]
    ) -> "AsyncStream[ChatCompletionChunk]":
        """Ask, and ask again at once without what the server says it does not take."""
        import openai

        quirks = self._quirks
        while True:
            try:
                chunks: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
                    **quirks.applied(params), stream=True
                )
            except openai.APIStatusError as error:
                learned = quirks.after(error, params)
                if learned is None:
                    raise
                quirks = learned
            else:
                # Kept only now that it has helped.
                self._quirks = quirks
                return chunks

    async def _connected(self) -> "AsyncOpenAI":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
        return self._client

    def _open(self) -> "AsyncOpenAI":
        import json

        import httpx2
        import openai

        self._failures = (
            openai.OpenAIError,
            httpx2.HTTPError,
            httpx2.InvalidURL,
            json.JSONDecodeError,
            UnicodeDecodeError,
        )
        client = openai.AsyncOpenAI(
            api_key=self._key,
            base_url=self._base_url,
            timeout=self._timeouts.for_client(),
            # Whether to try again is for the caller to say.
            max_retries=0,
        )
        # The SDK imports its resources only when they are first touched.
        client.chat.completions  # noqa: B018
        return client
