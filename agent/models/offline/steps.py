"""What a plan does next, and plans that ask once and tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.near_coins import nearest_coin
from agent.models.offline.turn import Done, Turn
from agent.models.offline.voice import Voice

NO_SUCH_PAIR = frozenset({"NOT_FOUND", "INVALID_PARAMS"})
"""The codes with which looks and orders fail when nobody trades a pair."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to call."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """Call tools and come back with their answers."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """End the turn with words."""

    text: str


Step = Ask | Say
Plan = Callable[[Intent, Turn, Voice], Step]
Asks = Callable[[Intent], Sequence[Call]]
Tells = Callable[[Intent, Sequence[Done], Voice], str]


def once(asks: Asks, tells: Tells) -> Plan:
    """Return the plan that calls tools one time and tells what they answered."""

    def plan(intent: Intent, turn: Turn, voice: Voice) -> Step:
        return Say(tells(intent, turn.done, voice)) if turn.done else Ask(tuple(asks(intent)))

    return plan


def each(line: Callable[[Intent, Facts, Voice], str], separator: str = "\n") -> Tells:
    """Return a telling that words every answer by `line`, or says why there is none."""

    def tells(intent: Intent, done: Sequence[Done], voice: Voice) -> str:
        return separator.join(
            problem(answer, voice) or line(intent, answer.facts or Facts(), voice) for answer in done
        )

    return tells


def problem(done: Done, voice: Voice) -> str:
    """Say why a call has no answer to tell of, empty when it has one."""
    if done.missing:
        return voice.say("no_answer")
    if done.failed:
        told = voice.say("failed", message=done.message) if done.message else voice.say("failed_silent")
        coin = _coin_meant(done)
        return f"{told} {voice.say('did_you_mean', coin=coin)}" if coin else told
    return "" if done.facts else voice.say("odd")


def _coin_meant(done: Done) -> str | None:
    code = done.facts.inner("error").text("code") if done.facts else ""
    return nearest_coin(str(done.arguments.get("pair", ""))) if code in NO_SUCH_PAIR else None
