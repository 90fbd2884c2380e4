"""A language model that decides for runs: asked once a cycle, and once more where it cannot be read."""

from dataclasses import dataclass
from datetime import timedelta

from agent.arena.failing import Failure, failure_of
from agent.arena.prompt import MOST_SIMILAR, SIMILAR_CHARS, CyclePrompt, cycle_prompt
from agent.arena.reading import Unreadable
from agent.arena.talk import Talk
from agent.messages import sound_text
from agent.models.errors import ModelError
from agent.models.port import Message, Model, ModelRequest, Role
from agent.shortening import one_line
from trading.clock import Clock, within
from trading.runs.asking import Answer, Asked
from trading.runs.decision import RunDecision

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a model is asked. By default every model is asked the same way.

    `personality` is a name of `agent.arena.prompt.PERSONALITIES`, `timeout` the seconds for all of a cycle,
    and without a `temperature` the vendor's own holds.
    """

    personality: str | None = None
    temperature: float | None = None
    timeout: float = 60.0
    max_tokens: int = 8_192


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a conversation ended."""

    decision: RunDecision | None
    fault: str | None = None
    reason: str | None = None


class ModelDecider:
    """Asks a model, within one time-out for all; what it answers is read as text and calls nothing."""

    def __init__(self, model: Model, clock: Clock, tuning: Tuning | None = None) -> None:
        self.provider, _, self.model = model.name.partition(":")
        self._model = model
        self._clock = clock
        self._tuning = tuning or Tuning()

    async def decide(self, asked: Asked) -> Answer:
        """Return the model's answer; whatever goes wrong is one with a fault."""
        run, tuning = asked.run, self._tuning
        prompt = cycle_prompt(
            run.rules, run.symbols, asked.snapshot, asked.view, asked.similar, tuning.personality
        )
        first = Message(Role.USER, prompt.user)
        request = ModelRequest(prompt.system, (first,), (), tuning.max_tokens, tuning.temperature)
        talk, begun = Talk(self._model, request), self._clock.now()
        ending = await self._ended(talk, asked)
        milliseconds = (self._clock.now() - begun) // MILLISECOND
        return self._answer(asked, prompt, talk, ending, milliseconds)

    async def _ended(self, talk: Talk, asked: Asked) -> _Ending:
        seconds = self._tuning.timeout
        try:
            return _Ending(await within(self._clock, seconds, talk.decision(asked)))
        except Unreadable as error:
            return _Ending(None, error.fault, error.mend)
        except ModelError as error:
            return _Ending(None, failure_of(error), str(error))
        except TimeoutError:
            return _Ending(None, Failure.TIMEOUT, f"there was no answer within {seconds:g} s")

    def _answer(
        self, asked: Asked, prompt: CyclePrompt, talk: Talk, ending: _Ending, milliseconds: int
    ) -> Answer:
        similar = asked.similar[:MOST_SIMILAR]
        basis = talk.basis(
            {
                "snapshot": asked.snapshot.digest,
                "similar": [one_line(sound_text(each), SIMILAR_CHARS) for each in similar],
                "faults": list(talk.faults),
            }
        )
        return Answer(
            model=self._model.name,
            decision=ending.decision,
            fault=ending.fault,
            reason=ending.reason,
            prompt=basis.prompt,
            prompt_hash=basis.prompt_hash,
            shared_hash=prompt.shared,
            response=basis.response,
            shown=basis.context,
            input_tokens=talk.usage.input,
            output_tokens=talk.usage.output,
            cached_tokens=talk.usage.cached,
            cost=talk.cost,
            latency_ms=milliseconds,
        )
