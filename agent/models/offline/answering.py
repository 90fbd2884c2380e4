"""From what a person wants to the next step: a plan's, or an answer that needs no tool."""

from collections.abc import Callable, Mapping, Sequence

from agent.models.offline.conversation import Understood
from agent.models.offline.glossary import MEANINGS
from agent.models.offline.intents import Kind
from agent.models.offline.near_coins import nearest_coin
from agent.models.offline.plans import ROWS
from agent.models.offline.questions import question
from agent.models.offline.rows import Row
from agent.models.offline.steps import Ask, Say, Step
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from trading.timeframes import Timeframe

FEW = 4
TRADING = (Kind.ORDER, Kind.CLOSE)


def next_step(understood: Understood, turn: Turn, model: str) -> Step:
    """Return what comes next: calls of offered tools only, or the answer that ends the turn."""
    intent, voice = understood.intent, Voice(understood.language)
    words = _WORDS.get(intent.kind)
    if words:
        return Say(words(understood, turn, voice, model))
    row = ROWS.get(intent.kind)
    if row is None or not _all_offered(turn, row.needs):
        return Say(unavailable(intent.kind, voice))
    step = row.plan(intent, turn, voice)
    if isinstance(step, Ask) and not _all_offered(turn, [call.name for call in step.calls]):
        return Say(unavailable(intent.kind, voice))
    return step


def unavailable(kind: Kind, voice: Voice) -> str:
    """Say that a wish is understood and cannot be met."""
    return voice.say("unavailable", topic=voice.say(f"topic.{kind}"))


def examples(turn: Turn, voice: Voice, kinds: Sequence[Kind] = ()) -> list[str]:
    """Return sentences that work with the tools on offer, of some kinds or of all."""
    rows: Sequence[Row] = [row for kind, row in ROWS.items() if not kinds or kind in kinds]
    offered = [row for row in rows if _all_offered(turn, row.needs)]
    priced = turn.offers("market_price")
    tables = [table for row in offered for table in (row.examples, row.with_price if priced else {})]
    return [example for table in tables for example in table.get(voice.language, ())]


def _all_offered(turn: Turn, tools: Sequence[str]) -> bool:
    return all(turn.offers(tool) for tool in tools)


def _first_of_each(turn: Turn, voice: Voice) -> list[str]:
    offered = [examples(turn, voice, (kind,)) for kind in ROWS]
    return [found[0] for found in offered if found][:FEW]


Words = Callable[[Understood, Turn, Voice, str], str]


def _plain(key: str) -> Words:
    def words(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
        return voice.say(key, model=model)

    return words


def _with_examples(key: str, introduction: str) -> Words:
    def words(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
        found = _first_of_each(turn, voice)
        tail = f" {voice.say(introduction, examples=voice.examples(found))}" if found else ""
        return voice.say(key) + tail

    return words


def _help(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
    found = examples(turn, voice)
    if not found:
        return voice.say("help_nothing")
    return "\n".join([voice.say("help"), *(f"• {example}" for example in found)])


def _unclear(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
    rest = understood.intent.rest
    text = voice.say("unclear_order", rest=rest) if rest else voice.say("unclear_order_bare")
    if coin := nearest_coin(rest):
        return f"{text} {voice.say('meant_in_order', coin=coin)}"
    found = examples(turn, voice, TRADING)[:FEW]
    return f"{text} {voice.say('write_like', examples=voice.examples(found))}" if found else text


def _near_miss(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
    return question(understood.intent, voice)


def _explained(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
    return MEANINGS[understood.intent.term].meaning(voice.language)


def _timeframes(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
    return voice.say("bad_timeframe", timeframes=", ".join(Timeframe))


def _reminder(understood: Understood, turn: Turn, voice: Voice, model: str) -> str:
    return voice.say("reminder", text=understood.intent.said)


_WORDS: Mapping[Kind, Words] = {
    Kind.GREETING: _with_examples("greeting", "greeting_examples"),
    Kind.THANKS: _plain("thanks"),
    Kind.GOODBYE: _plain("goodbye"),
    Kind.IDENTITY: _plain("identity"),
    Kind.HEARTBEAT: _plain("heartbeat"),
    Kind.REMINDER: _reminder,
    Kind.MODEL: _plain("model"),
    Kind.HELP: _help,
    Kind.EXPLAIN: _explained,
    Kind.DROPPED: _plain("dropped"),
    Kind.APPROVE: _plain("approve"),
    Kind.DENY: _plain("approve"),
    Kind.TOO_LONG: _with_examples("too_long", "unknown_examples"),
    Kind.NEAR_MISS: _near_miss,
    Kind.UNKNOWN: _with_examples("unknown", "unknown_examples"),
    Kind.UNCLEAR_ORDER: _unclear,
    Kind.BAD_TIMEFRAME: _timeframes,
}
