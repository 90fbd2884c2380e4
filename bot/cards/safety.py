"""Cards of the kill switch and of how the service is doing."""

from collections.abc import Mapping
from typing import Any

from bot.cards.orders import canceled
from bot.cards.parts import head, line, lines
from bot.voice import Voice, plain
from tools.orders import Canceled
from tools.switch import Halted, SwitchView
from tools.system import ExchangeHealth, Health, Status

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def switch(found: SwitchView, voice: Voice) -> str:
    """Show where the kill switch stands, and what that means."""
    return lines(
        head(voice.say("card.trading"), voice.name("switch", found.state)),
        voice.say(f"meaning.{found.state}"),
        line(voice, "reason", plain(found.reason)) if found.reason else None,
        line(voice, "since", voice.time(found.at)) if found.at is not None else None,
    )


def halted(found: Halted, voice: Voice) -> str:
    """Show what the kill switch stopped."""
    return "\n\n".join(
        part
        for part in (
            switch(found, voice),
            canceled(Canceled(orders=found.canceled), voice) if found.canceled else "",
            voice.say("card.denied", count=len(found.denied)) if found.denied else "",
            voice.say("card.still_open", count=len(found.still_open)) if found.still_open else "",
            voice.say("card.staying", count=len(found.staying)) if found.staying else "",
        )
        if part
    )


def status(found: Status, voice: Voice) -> str:
    """Show the service in a few figures."""
    return lines(
        head(voice.say("card.service"), voice.name("gateway", found.gateway)),
        line(voice, "uptime", _length(found.uptime, voice)),
        line(voice, "clients", voice.figure(found.clients, 0)),
        line(voice, "skills", voice.figure(found.skills, 0)),
        line(voice, "tools", voice.figure(found.tools, 0)),
    )


def health(found: Health, voice: Voice) -> str:
    """Show what is connected and what has to be mended."""
    return lines(
        head(voice.say("card.service"), voice.name("health", found.status), plain(found.version)),
        *_exchanges(found.exchanges, voice),
        *(f"- {plain(each)}" for each in found.problems),
    )


def platforms(found: Any, voice: Voice) -> str:
    """Show what is connected: exchanges, accounts with real money, models and chats."""
    live = [
        f"{plain(each.id)}: {voice.name('account', 'armed' if each.armed else 'unarmed')}{_why(each.locked)}"
        for each in found.live
    ]
    chats = [
        f"{plain(each.name)}: {voice.name('chat', each.state)}{_why(each.problem)}" for each in found.chats
    ]
    sections = (
        ("card.exchanges", _exchanges(found.exchanges, voice)),
        ("card.live", live),
        ("card.models", [plain(each) for each in found.models]),
        ("card.chats", chats),
    )
    shown = ["\n".join([head(voice.say(title)), *rows]) for title, rows in sections if rows]
    return "\n\n".join(shown) or voice.say("card.nobody")


def _exchanges(found: Mapping[str, ExchangeHealth], voice: Voice) -> list[str]:
    return [
        f"{plain(name)}: {voice.say('exchange.up' if each.connected else 'exchange.down')}{_why(each.reason)}"
        for name, each in found.items()
    ]


def _why(reason: str | None) -> str:
    return f" · {plain(reason)}" if reason else ""


def _length(seconds: float, voice: Voice) -> str:
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= unit:
            return voice.say(f"length.{name}", count=voice.figure(seconds / unit, 1))
    return voice.say("length.seconds", count=voice.figure(seconds, 0))
