"""Words for what moves, what is watched, what is connected and what is preferred."""

from collections.abc import Iterator, Mapping
from typing import Any

from agent.models.offline.facts import Facts, as_text
from agent.models.offline.intents import Intent
from agent.models.offline.telling_market import quote_of
from agent.models.offline.voice import Voice

MOVERS = ("gainers", "losers", "mostTraded")


def overview(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell what rose, fell and traded most, with its source and since when."""
    head = voice.say(
        "overview",
        since=voice.moment(facts.number("since")),
        source=voice.source(facts),
        pairs=voice.count("pairs", facts.count("pairs"), quote=facts.text("quote")),
    )
    lines = [head]
    for name in MOVERS:
        if rows := facts.rows(name):
            lines += [voice.say(f"overview.{name}"), *(_priced(row, voice) for row in rows)]
    return "\n".join(lines)


def watched(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell that a pair is on the list, or was before."""
    known = facts.data.get("changed") is False
    return voice.say("watched_before" if known else "watched", pair=facts.text("pair"))


def unwatched(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell that a pair is off the list."""
    return voice.say("unwatched", pair=facts.text("pair"))


def watchlist(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the pairs on the list with their prices."""
    rows = facts.rows("pairs")
    if not rows:
        return voice.say("watchlist_empty")
    head = voice.say("watchlist", source=voice.source(facts))
    return "\n".join([head, *(_priced(row, voice) for row in rows)])


def platforms(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell which exchanges, accounts with real money, models and chats there are."""
    lines = [
        _exchange(name, Facts(told), voice)
        for name, told in facts.inner("exchanges").data.items()
        if isinstance(told, Mapping)
    ]
    for row in facts.rows("live"):
        armed = "live_armed" if row.data.get("armed") is True else "live_unarmed"
        lines.append(voice.say(armed, account=row.text("id")))
    models = facts.data.get("models")
    named = [as_text(each) for each in models] if isinstance(models, list) else []
    if named:
        lines.append(voice.say("models", models=", ".join(named)))
    for row in facts.rows("chats"):
        problem = f": {row.text('problem')}" if row.text("problem") else ""
        state = voice.name("word", row.text("state"))
        lines.append(voice.say("chat_platform", name=row.text("name"), state=state, problem=problem))
    return "\n".join([voice.say("platforms"), *lines])


def settings(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell somebody's settings by their names, and how they are changed."""
    return "\n".join([voice.say("settings"), *(f"• {line}" for line in _settings(facts.data))])


def _priced(row: Facts, voice: Voice) -> str:
    last, change = row.number("price"), row.number("change24h")
    return voice.say(
        "overview_line",
        pair=row.text("pair"),
        last=voice.price(last),
        quote=quote_of(row),
        change=voice.percent(change),
    )


def _exchange(name: str, told: Facts, voice: Voice) -> str:
    fine = told.data.get("connected") is True
    state = voice.say("connected" if fine else "disconnected")
    return voice.say("exchange", name=as_text(name), source=voice.source(told), state=state)


def _settings(settings: Mapping[str, Any], group: str = "") -> Iterator[str]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{group}{name}.")
        elif value is None:
            yield f"{as_text(group + name)}=none"
        else:
            shown = str(value).lower() if isinstance(value, bool) else as_text(value)
            yield f"{as_text(group + name)}={shown}"
