"""What a command comes to: calls at the door, something of the chat's own, or words not understood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.wire import Result

TRADES = frozenset({"trade.execute", "trade.oco", "trade.close", "trade.closeAll"})
"""What changes what is held: it is confirmed first where a person wants that."""


@dataclass(frozen=True, slots=True)
class Call:
    """A capability by name, with params as the door takes them."""

    name: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Misread:
    """Words that no call can be made of: what is wrong with them, and the right form."""

    message: str
    usage: str = ""

    @property
    def markdown(self) -> str:
        """Both, as they are sent."""
        return f"{self.message}\n\n{self.usage}" if self.usage else self.message


@dataclass(frozen=True, slots=True)
class Own:
    """A command that the chat does by itself, with the words behind it."""

    command: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before something is done: phrases of the question and of both answers."""

    asked: str
    yes: str
    no: str
    tone: str = "good"


DO = Question("card.confirm", "button.confirm", "button.leave")
SAVE = Question("card.save", "button.save", "button.discard")
CLEAR = Question("card.confirm", "button.clear", "button.leave", "bad")


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls to make by the door, one after the other.

    Their answers are shown as cards; with `then` they are not, but make what comes next. `sure` says what is
    about to be done, for a confirmation that nothing previews. With a `question` it is confirmed first,
    whatever its person prefers.
    """

    calls: tuple[Call, ...]
    then: Callable[[Sequence[Result]], "Plan | Misread"] | None = None
    sure: str = ""
    question: Question | None = None

    @property
    def trades(self) -> bool:
        """Whether a call of it changes what is held."""
        return any(call.name in TRADES for call in self.calls)


Reading = Plan | Own | Misread


@dataclass(frozen=True, slots=True)
class Action:
    """What a button under a card does: the command with its words, as if they had been typed."""

    label: str
    command: str
    words: str = ""
    tone: str = "plain"


def preview_of(call: Call) -> Call | None:
    """Return the call that tells what an order or an alert would come to, None for what is neither.

    Of two orders of which one cancels the other, that is what the limit would come to.
    """
    if call.name == "trade.execute":
        return Call("trade.preview", call.params)
    if call.name == "alert.create":
        return Call("alert.preview", call.params)
    if call.name == "trade.oco":
        limit = {name: value for name, value in call.params.items() if name != "stopPrice"}
        return Call("trade.preview", {**limit, "type": "limit"})
    return None
