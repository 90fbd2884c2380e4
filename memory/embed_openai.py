"""Vectors from OpenAI, or from whatever speaks as it does."""

from collections.abc import Sequence

from memory.embed import EmbedderUnavailable, Vector

SECONDS = 10.0
MOST_TEXTS = 64
"""Texts in one request."""


class OpenAIEmbedder:
    """The embeddings of one model behind an OpenAI-compatible address."""

    def __init__(self, model: str, api_key: str, base_url: str | None = None) -> None:
        from openai import AsyncOpenAI

        self.name = f"openai:{model}"
        self._model = model
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=SECONDS, max_retries=1)

    async def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return the vector of each text; raise EmbedderUnavailable."""
        made: list[Vector] = []
        for start in range(0, len(texts), MOST_TEXTS):
            made += await self._made(texts[start : start + MOST_TEXTS])
        return made

    async def query(self, text: str) -> Vector:
        """Return the vector of what is looked for; raise EmbedderUnavailable."""
        return (await self._made([text]))[0]

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _made(self, texts: Sequence[str]) -> Sequence[Vector]:
        from openai import OpenAIError

        try:
            answer = await self._client.embeddings.create(
                model=self._model, input=[text or " " for text in texts], encoding_format="float"
            )
        except OpenAIError as error:
            raise EmbedderUnavailable(f"{self.name} does not answer: {error}") from None
        if len(answer.data) != len(texts):
            raise EmbedderUnavailable(f"{self.name} gave {len(answer.data)} vectors for {len(texts)} texts")
        return [_normal(each.embedding) for each in sorted(answer.data, key=lambda each: each.index)]


def _normal(vector: Sequence[float]) -> Vector:
    length = sum(value * value for value in vector) ** 0.5
    return [value / length for value in vector] if length else list(vector)
