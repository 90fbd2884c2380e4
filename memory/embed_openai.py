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

        # Under the same name others may have another model.
        self.name = f"openai:{model}{f' at {base_url}' if base_url else ''}"
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
        # What calls itself compatible may answer anything.
        found = getattr(answer, "data", None) or ()
        made = {each.index: each.embedding for each in found if _is_vector(getattr(each, "embedding", None))}
        if sorted(made) != list(range(len(texts))):
            raise EmbedderUnavailable(f"{self.name} did not give a vector for each of {len(texts)} texts")
        return [_normal(made[place]) for place in range(len(texts))]


def _is_vector(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, int | float) for each in value)


def _normal(vector: Sequence[float]) -> Vector:
    length = sum(value * value for value in vector) ** 0.5
    return [value / length for value in vector] if length else list(vector)
