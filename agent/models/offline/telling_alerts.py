"""Words for alerts: as they would be made, as they stand, and when they fired."""

from collections.abc import Sequence
from decimal import Decimal

from agent.models.offline.facts import Facts, as_text
from agent.models.offline.steps import problem
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice
from tools.alerts import HOLDS_ALREADY
from tools.words.alerts import AlertRead

_PERCENT = frozenset({"change", "trailing"})
_PLAIN_LINES = frozenset({"", "value", "line", "middle"})


def proposal(done: Done, read: AlertRead, voice: Voice) -> str:
    """Show an alert as it would be made, and ask whether it is to be."""
    if wrong := problem(done, voice):
        return wrong
    facts = done.facts or Facts()
    return "\n".join(
        [
            voice.say("alert.proposed"),
            *_whole(facts, voice),
            *(voice.say(f"alert_note.{note}", zone=read.zone) for note in read.notes),
            voice.say("alert.confirm"),
        ]
    )


def created(done: Done, voice: Voice) -> str:
    """Tell of an alert that was made."""
    if wrong := problem(done, voice):
        return wrong
    facts = done.facts or Facts()
    return "\n".join([voice.say("alert.created"), *_whole(facts, voice)])


def listed(facts: Facts, voice: Voice) -> str:
    """Tell the alerts with their places in the list."""
    rows = facts.rows("alerts")
    if not rows:
        return voice.say("alerts.none")
    lines = [f"{place}. {line(row, voice)}" for place, row in enumerate(rows, 1)]
    return "\n".join([voice.say("alerts"), *lines])


def line(alert: Facts, voice: Voice) -> str:
    """Tell an alert on one line: what it waits for, how often, how it stands and the figure now."""
    parts = [conditions(alert, voice), frequency(alert, voice)]
    if expires := alert.number("expiresAt"):
        parts.append(voice.say("alert.until", moment=voice.moment(expires)))
    status = alert.text("status")
    if status and status != "active":
        parts.append(_standing(alert, status, voice))
    now = [told for row in alert.rows("conditions") if (told := current(row, voice))]
    return "; ".join([", ".join(part for part in parts if part), *now])


def conditions(alert: Facts, voice: Voice) -> str:
    """Tell what an alert waits for, as the service words it where it names no conditions."""
    rows = alert.rows("conditions")
    if not rows:
        return alert.text("text")
    joint = voice.say("alert.any" if alert.text("match") == "any" else "alert.all")
    return joint.join(_condition(row, voice) for row in rows)


def frequency(alert: Facts, voice: Voice) -> str:
    """Tell how often an alert fires."""
    often = voice.name("frequency", alert.text("frequency"))
    cooldown = alert.number("cooldownSeconds")
    if not cooldown:
        return often
    minutes = cooldown / 60
    return f"{often} ({voice.count('alert.cooldown', minutes)})"


def current(condition: Facts, voice: Voice) -> str:
    """Tell the figure that a condition looks at as it is now, or that it is not known."""
    now = condition.inner("current")
    if not now.data:
        return ""
    value = now.number("value")
    if value is None:
        why = now.text("problem")
        return voice.say("alert.unknown", why=f" ({why})" if why else "")
    stale = voice.say("alert.stale") if now.data.get("stale") is True else ""
    at = voice.moment(now.number("at"))
    trails = condition.text("condition") == "trailing"
    figure = voice.price(value) if trails else _figure(condition, value, voice)
    return voice.say("alert.now", value=figure, at=at, stale=stale)


def history(facts: Facts, alerts: Facts, voice: Voice) -> str:
    """Tell when alerts fired and at what figure, and whether the message arrived."""
    rows = facts.rows("firings")
    if not rows:
        return voice.say("firings.none")
    named = {row.id("id"): place for place, row in enumerate(alerts.rows("alerts"), 1)}
    lines = [voice.say("firings")]
    for row in rows:
        place = named.get(row.id("alertId"))
        lines.append(
            voice.say(
                "firings.row",
                moment=voice.moment(row.number("at")),
                alert=f"{voice.say('alert.number', number=place)}: " if place else "",
                text=row.text("text"),
                deliveries=deliveries(row.rows("deliveries"), voice),
            )
        )
    if facts.data.get("hasMore") is True:
        lines.append(voice.say("firings.more"))
    return "\n".join(lines)


def deliveries(rows: Sequence[Facts], voice: Voice) -> str:
    """Tell how far messages got, empty where there are none."""
    told = []
    for row in rows:
        why = f" ({row.text('reason')})" if row.text("reason") else ""
        told.append(f"{row.text('channel')}: {voice.name('delivery', row.text('status'))}{why}")
    return f" [{', '.join(told)}]" if told else ""


def _whole(facts: Facts, voice: Voice) -> Sequence[str]:
    alert = facts.inner("alert")
    lines = [f"• {line(alert, voice)}"]
    if message := alert.text("message"):
        lines.append(voice.say("alert.says", message=message))
    if prompt := alert.text("prompt"):
        lines.append(voice.say("alert.asks", prompt=prompt))
    if trade := alert.inner("trade").data:
        lines.append(voice.say("alert.proposes", trade=_trade(Facts(trade), voice)))
    channels = alert.data.get("channels")
    if isinstance(channels, list) and channels:
        lines.append(voice.say("alert.channels", channels=", ".join(map(as_text, channels))))
    if facts.data.get("met") is True:
        lines.append(voice.say("alert.met"))
    warnings = facts.data.get("warnings")
    said = [as_text(each) for each in warnings] if isinstance(warnings, list) else []
    lines += [f"⚠ {each}" for each in said if each != HOLDS_ALREADY]
    return lines


def _trade(trade: Facts, voice: Voice) -> str:
    unit = trade.text("amountType")
    base, _, quote = trade.text("pair").partition("/")
    return voice.say(
        "alert.trade",
        action=voice.name("trade_side", trade.text("action")),
        amount=voice.amount(trade.number("amount")),
        unit=base if unit == "base" else quote,
        pair=trade.text("pair"),
        type=trade.text("type"),
    )


def _condition(row: Facts, voice: Voice) -> str:
    kind = row.text("condition")
    way = row.text("direction") or ("down" if kind == "trailing" else "either")
    known = kind in ("above", "below", "cross", "change", "trailing")
    if not known:
        return row.text("text") or kind
    key = f"condition.{kind}" if kind in ("above", "below") else f"condition.{kind}.{way}"
    return voice.say(
        key, subject=_subject(row, voice), level=_level(row, voice), window=row.text("window") or "1d"
    )


def _subject(row: Facts, voice: Voice) -> str:
    pair = row.text("pair")
    if row.text("type") == "portfolio":
        name = voice.name("figure", row.text("figure") or "value")
        return f"{name} {pair}".strip()
    if row.text("type") == "indicator":
        indicator = _indicator(row.inner("indicator"), voice)
        return voice.say(
            "alert.indicator", indicator=indicator, pair=pair, timeframe=row.text("timeframe") or "1h"
        )
    return pair


def _indicator(indicator: Facts, voice: Voice) -> str:
    name = indicator.text("name") or "rsi"
    shown = voice.name("indicator", name)
    params = indicator.inner("params").data
    if name == "volume":
        period = float(params.get("period", 20))
        return shown if period == 1 else f"{shown} SMA({period:g})"
    figures = ", ".join(f"{float(value):g}" for value in params.values())
    line_name = indicator.text("line")
    tail = "" if line_name in _PLAIN_LINES else f" {voice.name('indicator_line', line_name)}"
    return f"{shown}({figures}){tail}" if figures and name != "close" else f"{shown}{tail}"


def _level(row: Facts, voice: Voice) -> str:
    against = row.inner("against")
    if indicator := against.inner("indicator").data:
        return _indicator(Facts(indicator), voice)
    value = row.number("value")
    return _figure(row, against.number("value") if value is None else value, voice)


def _figure(row: Facts, value: object, voice: Voice) -> str:
    number = value if isinstance(value, Decimal) else None
    if row.text("condition") in _PERCENT or row.text("figure") == "drawdown":
        return voice.share(number)
    if row.text("type") == "price":
        return voice.price(number)
    return voice.amount(number) if row.text("type") == "indicator" else voice.money(number)


def _standing(alert: Facts, status: str, voice: Voice) -> str:
    told = voice.name("alert_status", status)
    until, why = alert.number("pausedUntil"), alert.text("pausedBecause")
    if until:
        told += " " + voice.say("alert.until", moment=voice.moment(until))
    return f"{told} ({why})" if why else told
