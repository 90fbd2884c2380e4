"""Cards of alerts: before they are saved, as they stand, and when they fired."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.asking import Action
from bot.cards.conditions import condition, current
from bot.cards.deliveries import deliveries
from bot.cards.parts import code, head, line, lines, more
from bot.voice import Voice, plain
from tools.alert_params import AlertType
from tools.alert_views import (
    AlertCreated,
    AlertDeleted,
    AlertList,
    AlertPreview,
    AlertsCleared,
    AlertShown,
    AlertView,
    Firings,
    FiringView,
)
from tools.alerts import HOLDS_ALREADY
from trading.alerts.rules import Frequency

MOST_ALERTS = 10
MOST_BUTTONS = 5
MOST_FIRINGS = 10
_MOST_SHOWN = 200

Buttons = tuple[tuple[Action, ...], ...]


def preview(found: AlertPreview, voice: Voice) -> str:
    """Show an alert as it would be saved, and that it would fire at once where it would."""
    return _made(found.alert, "card.would_fire" if found.met else None, found.warnings, voice)


def preview_aloud(found: AlertPreview, voice: Voice) -> str:
    """Show the same where others read along."""
    return _aloud(found.alert, voice) or preview(found, voice)


def created(found: AlertCreated, voice: Voice) -> str:
    """Show an alert that was saved, with what signs its webhook, which is shown this once."""
    secret = found.webhook_secret
    return lines(
        voice.say("card.alert_saved"),
        _made(found.alert, "card.fires" if found.met else None, found.warnings, voice),
        line(voice, "secret", code(secret)) if secret else None,
    )


def created_aloud(found: AlertCreated, voice: Voice) -> str:
    """Show that an alert was saved, where others read along."""
    shown = found.model_copy(update={"webhook_secret": None})
    return _aloud(found.alert, voice) or created(shown, voice)


def _made(alert: AlertView, met: str | None, warnings: Sequence[str], voice: Voice) -> str:
    return lines(
        whole(alert, voice),
        f"**{voice.say(met)}**" if met else None,
        *(f"- {plain(each)}" for each in warnings if each != HOLDS_ALREADY),
    )


def whole(found: AlertView, voice: Voice) -> str:
    """Show everything there is to know about an alert."""
    quiet = found.quiet_hours
    return lines(
        _title(found, voice),
        *_standing(found, voice),
        line(voice, "frequency", _frequency(found, voice)),
        line(voice, "expires", voice.time(found.expires_at)) if found.expires_at else None,
        line(voice, "quiet", f"{quiet.from_}–{quiet.to} {plain(quiet.zone)}") if quiet else None,
        line(voice, "channels", plain(", ".join(found.channels))) if found.channels else None,
        line(voice, "message", plain(found.message)) if found.message else None,
        line(voice, "asks", plain(found.prompt[:_MOST_SHOWN])) if found.prompt else None,
        line(voice, "proposes", _trade(found.trade, voice)) if found.trade else None,
    )


def shown(found: AlertShown, voice: Voice) -> str:
    """Show one alert."""
    return whole(found.alert, voice)


def shown_aloud(found: AlertShown, voice: Voice) -> str:
    """Show one alert where others read along."""
    return _aloud(found.alert, voice) or brief(found.alert, voice)


def listing(found: AlertList, voice: Voice) -> str:
    """Show alerts by their numbers."""
    if not found.alerts:
        return voice.say("card.no_alerts")
    rows = [f"{number}. {brief(each, voice)}" for number, each in enumerate(found.alerts[:MOST_ALERTS], 1)]
    title = head(voice.say("card.alerts"), voice.figure(len(found.alerts), 0))
    rest = more(voice, len(found.alerts) - MOST_ALERTS)
    return "\n\n".join([title, *rows, *([rest] if rest else [])])


def brief(found: AlertView, voice: Voice) -> str:
    """Show an alert in a list: what it waits for, how it stands, and at what figure."""
    return lines(_title(found, voice), *_standing(found, voice))


def _title(found: AlertView, voice: Voice) -> str:
    conditions = found.conditions
    said = (
        condition(conditions[0], voice) if len(conditions) == 1 else voice.say(f"alert.match.{found.match}")
    )
    return head(said, voice.name("alert.status", found.status))


def _standing(found: AlertView, voice: Voice) -> list[str | None]:
    one = len(found.conditions) == 1
    stands = (
        current(each, voice) if one else f"- {condition(each, voice)} · {current(each, voice)}"
        for each in found.conditions
    )
    last = voice.time(found.last_fired_at) if found.last_fired_at else ""
    return [
        *stands,
        line(voice, "paused_until", voice.time(found.paused_until)) if found.paused_until else None,
        line(voice, "reason", plain(found.paused_because)) if found.paused_because else None,
        line(voice, "fired", f"{found.fired} × · {last}") if found.fired else None,
    ]


def _aloud(found: AlertView, voice: Voice) -> str:
    """Return what others may read of an alert on somebody's money, empty for any other alert."""
    if all(each.type is not AlertType.PORTFOLIO for each in found.conditions):
        return ""
    return head(voice.say("alert.of_account"), voice.name("alert.status", found.status))


def _frequency(found: AlertView, voice: Voice) -> str:
    often = voice.say(f"frequency.{found.frequency}")
    if found.frequency is Frequency.ONCE or not found.cooldown_seconds:
        return often
    return f"{often}, {voice.say('alert.cooldown', seconds=voice.figure(found.cooldown_seconds, 0))}"


def _trade(trade: Mapping[str, Any], voice: Voice) -> str:
    """Say in short which order is proposed; the request for approval shows it in full."""
    base, _, quote = str(trade.get("pair")).partition("/")
    counts = trade.get("amountType") or ("quote" if trade.get("type") == "market" else "base")
    price = trade.get("price")
    said = f"{voice.name('side', str(trade.get('action')))} {voice.amount(trade.get('amount'))}"
    unit = base if counts == "base" else f"{quote} · {base}"
    at = "" if price is None else f" @ {voice.price(price)}"
    return f"{said} {plain(unit)}{at} ({voice.say('alert.approval')})"


def alert_actions(found: AlertView, voice: Voice, number: str = "") -> tuple[Action, ...]:
    """Return what can be done about an alert."""
    label = f"{number} " if number else ""
    delete = Action(f"{label}{voice.say('button.delete')}", "alerts", f"delete {found.id}", "bad")
    verb = {"active": "pause", "paused": "resume", "triggered": "resume"}.get(found.status)
    if verb is None:
        return (delete,)
    return (Action(f"{label}{voice.say(f'button.{verb}')}", "alerts", f"{verb} {found.id}"), delete)


def of_one(found: Any, voice: Voice) -> Buttons:
    """Return the buttons under one alert."""
    return (alert_actions(found.alert, voice),)


def of_listing(found: AlertList, voice: Voice) -> Buttons:
    """Return a row of buttons for each of the first alerts."""
    return tuple(
        alert_actions(each, voice, str(number)) for number, each in enumerate(found.alerts[:MOST_BUTTONS], 1)
    )


def deleted(found: AlertDeleted, voice: Voice) -> str:
    """Show that an alert is gone."""
    return voice.say("card.alert_deleted")


def cleared(found: AlertsCleared, voice: Voice) -> str:
    """Show how many alerts are gone."""
    return voice.say("card.alerts_cleared", count=found.deleted)


def firings(found: Firings, voice: Voice) -> str:
    """Show what fired and whether people were reached: two facts."""
    if not found.firings:
        return voice.say("card.no_firings")
    rows = [_firing(each, voice) for each in found.firings[:MOST_FIRINGS]]
    rest = len(found.firings) > MOST_FIRINGS or found.has_more
    return "\n\n".join([head(voice.say("card.firings")), *rows, *([voice.say("card.rest")] if rest else [])])


def _firing(found: FiringView, voice: Voice) -> str:
    return lines(
        f"**{voice.time(found.at)}** · {plain(found.text)}",
        f"{line(voice, 'observed', voice.amount(found.value))} · {voice.name('source', found.source)}",
        *deliveries(found.deliveries, voice),
    )
