"""Cards of the kill switch and of how the service is doing."""

from bot.cards.orders import canceled
from bot.cards.parts import head, line, lines
from bot.voice import Voice, plain
from tools.orders import Canceled
from tools.switch import Halted, SwitchView
from tools.system import Health, Status

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
        *(
            f"{plain(name)}: {voice.say('exchange.up' if each.connected else 'exchange.down')}"
            + (f" · {plain(each.reason)}" if each.reason else "")
            for name, each in found.exchanges.items()
        ),
        *(f"- {plain(each)}" for each in found.problems),
    )


def _length(seconds: float, voice: Voice) -> str:
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= unit:
            return voice.say(f"length.{name}", count=voice.figure(seconds / unit, 1))
    return voice.say("length.seconds", count=voice.figure(seconds, 0))
