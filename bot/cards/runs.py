"""The card of a run that asks to trade by itself, or that was allowed to."""

from bot.cards.parts import head, line, lines
from bot.voice import Voice, plain
from tools.run_approvals import RunAsked


def run(found: RunAsked, voice: Voice) -> str:
    """Show what a run may trade without asking for each order, and how much of that it uses."""
    waits, money = found.status == "pending", found.currency
    return lines(
        voice.say("card.approval")
        if waits
        else voice.say("card.answered", value=voice.name("answer", found.status)),
        head(voice.say("card.run", run=plain(found.run)), voice.name("mode", found.mode)),
        line(voice, "per_order", f"{voice.money(found.per_order)} {money}"),
        line(voice, "per_day", f"{voice.money(found.per_day)} {money}"),
        line(voice, "loss", f"{voice.money(found.loss)} {money}"),
        line(voice, "used_today", f"{voice.money(found.used_today)} {money}") if found.used_today else None,
        line(voice, "until", voice.time(found.expires_at)) if waits else None,
        plain(found.reason) if found.reason else None,
    )
