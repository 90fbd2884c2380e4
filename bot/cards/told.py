"""What is told without a card of its own: errors, and messages that nobody asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bot.asking import DO, Call, Plan, preview_of
from bot.cards.orders import approval
from bot.cards.parts import line
from bot.cards.table import show
from bot.reading.words import VOCABULARY
from bot.voice import PHRASES, Voice, plain
from tools.errors import TELLS_BALANCES, CallError, Code
from tools.run_approvals import RunAsked
from tools.trade_events import ApprovalAsked
from tools.wire import Result
from tools.words.near_coins import nearest_but

_WHOLE_SECOND = 1000

NO_SUCH_PAIR = frozenset({Code.NOT_FOUND, Code.INVALID_PARAMS})


def confirmation(plan: Plan, previews: Sequence[Result], voice: Voice, shared: bool = False) -> str:
    """Return what a person confirms: what each call would come to, or else what is about to be done.

    `previews` are the answers of `preview_of` the calls of the plan that have one.
    """
    asked = [preview for call in plan.calls if (preview := preview_of(call)) is not None]
    cards = [show(call.name, each, voice, shared) for call, each in zip(asked, previews, strict=False)]
    stops = [call.params["stopPrice"] for call in plan.calls if call.name == "trade.oco"]
    cards += [line(voice, "or_stop", voice.price(each)) for each in stops]
    return "\n\n".join([voice.say((plan.question or DO).asked), *(cards if previews else [plan.sure])])


def error(found: CallError, voice: Voice, call: Call | None = None, shared: bool = False) -> str:
    """Say in a line why a call failed; in a `shared` place without what tells of somebody's money.

    With the call, a misspelt coin is answered with the one that may have been meant.
    """
    private = shared and found.reason in TELLS_BALANCES
    message = voice.say("error.private") if private else plain(found.message)
    said = voice.say(f"error.{found.reason.value}", message=message)
    near = coin_meant(call, found) if call is not None else None
    if near is not None:
        return f"{said.rstrip('.')}. {voice.say('error.near', coin=near)}"
    if found.retry_after_ms is None:
        return said
    seconds = -(-found.retry_after_ms // _WHOLE_SECOND)
    return f"{said} {voice.say('error.again', seconds=seconds)}"


def coin_meant(call: Call, found: CallError) -> str | None:
    """Return the coin that a pair nobody trades may have been meant as."""
    pair = call.params.get("pair")
    if found.reason not in NO_SUCH_PAIR or not isinstance(pair, str):
        return None
    return nearest_but(pair, VOCABULARY)


def notice(kind: str, text: str, data: Mapping[str, Any], voice: Voice) -> str:
    """Return a message that somebody has to be told: what it is about, and its text."""
    if kind.startswith("approval.") and (asked := approval_in(data)) is not None:
        return approval(asked, voice)
    known = PHRASES[voice.language]
    title = known.get(f"notice.{kind}") or known.get(f"notice.{kind.partition('.')[0]}") or known["notice"]
    return f"**{title}**\n{plain(text)}"


def approval_in(data: Mapping[str, Any]) -> ApprovalAsked | RunAsked | None:
    """Return the request for approval that a message is about, None when it is about none."""
    shape = RunAsked if data.get("kind") == "run" else ApprovalAsked
    try:
        return shape.model_validate(dict(data))
    except ValidationError:
        return None
