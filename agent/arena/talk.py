"""One cycle's conversation with a model: what was asked, what was heard, and what it took."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from agent.arena.prompt import repair_prompt
from agent.arena.reading import Fault, Unreadable, read_decision
from agent.basis import basis_of
from agent.messages import sound, sound_text
from agent.models.connection import closing
from agent.models.errors import ModelError, StreamCut
from agent.models.port import Completion, Message, Model, ModelRequest, Role, TextDelta, Usage
from agent.models.pricing import cost, is_free
from agent.spending import total
from memory.decision_records import DecisionBasis
from trading.runs.asking import Asked
from trading.runs.decision import RunDecision

REPEATED_CHARS = 4_000
"""What a model is shown again of an answer that it is to mend."""

NOTHING = "(no text)"
"""Stands for an answer without words: vendors refuse a message without any."""


@dataclass(slots=True)
class Talk:
    """The requests of one cycle, one after the other; without tools, so that nothing said can call one."""

    model: Model
    request: ModelRequest
    usage: Usage = field(default_factory=Usage)
    faults: list[Fault] = field(default_factory=list)
    _heard: Completion | None = None
    _pieces: list[str] = field(default_factory=list)
    _costs: list[Decimal | None] = field(default_factory=list)

    async def decision(self, asked: Asked) -> RunDecision:
        """Return what the model decides, asked once more where it cannot be read.

        Raises Unreadable when that has not helped, ModelError.
        """
        try:
            return await self._read(asked)
        except Unreadable as error:
            self._mend(error)
        return await self._read(asked)

    @property
    def cost(self) -> Decimal | None:
        """The US dollars of all requests; None where a price is not known, or how many tokens it took."""
        return total(self._costs)

    def basis(self, shown: Mapping[str, Any]) -> DecisionBasis:
        """Return what was asked and heard last, as it is kept."""
        heard = self._heard or Completion(sound_text("".join(self._pieces)), self.model.name)
        return basis_of("", self.request, heard, shown)

    async def _read(self, asked: Asked) -> RunDecision:
        heard = await self._answer()
        if heard.truncated:
            # What is missing may say something else.
            raise Unreadable(Fault.TRUNCATED, "Answer with the JSON object alone; the answer was too long.")
        return read_decision(heard.text, asked.run.symbols)

    async def _answer(self) -> Completion:
        self._heard = None
        self._pieces.clear()
        free = is_free(self.model.name)
        self._costs.append(Decimal(0) if free else None)
        stream = self.model.stream(self.request)
        try:
            async with closing(stream):
                async for piece in stream:
                    if isinstance(piece, TextDelta):
                        self._pieces.append(piece.text)
                    else:
                        self._heard = sound(piece)
        except ModelError as error:
            if not self._pieces and not isinstance(error, StreamCut):
                # Vendors take nothing for a request that they refuse.
                self._costs[-1] = Decimal(0)
            raise
        if self._heard is None:
            raise StreamCut(f"{self.model.name}: the answer broke off")
        self.usage += self._heard.usage
        self._costs[-1] = cost(self._heard.model, self._heard.usage)
        return self._heard

    def _mend(self, error: Unreadable) -> None:
        self.faults.append(error.fault)
        said = (self._heard.text if self._heard else "")[:REPEATED_CHARS].strip() or NOTHING
        later = (Message(Role.ASSISTANT, said), Message(Role.USER, repair_prompt(error.mend)))
        self.request = replace(self.request, messages=(*self.request.messages, *later))
