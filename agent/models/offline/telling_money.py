"""Words for what the account's tools answer."""

from collections.abc import Sequence

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.steps import problem
from agent.models.offline.telling_market import base_of, quote_of
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice

MAX_ROWS = 10


def portfolio(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell what the account is worth and holds."""
    head = voice.say(
        "portfolio",
        mode=voice.mode(facts),
        total=voice.money(facts.number("totalValueUsd")),
        source=f"{voice.source(facts)}, " if facts.text("source") else "",
        change=voice.percent(facts.number("change24h")),
    )
    return _listed(head, [_asset(asset, voice) for asset in facts.rows("assets")], voice)


def holding(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell how much of one coin the account holds."""
    symbol = intent.pairs[0].symbol.base
    asset = next((row for row in facts.rows("assets") if row.text("symbol").upper() == symbol), None)
    if asset is None or not asset.number("amount"):
        return voice.say("holding_none", symbol=symbol)
    return voice.say(
        "holding",
        mode=voice.mode(facts),
        amount=voice.amount(asset.number("amount")),
        symbol=symbol,
        value=voice.money(asset.number("valueUsd")),
    )


def positions(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the open positions."""
    rows = facts.rows("positions")
    if not rows:
        return voice.say("nothing_open")
    return _listed(
        voice.say("positions", mode=voice.mode(facts, *rows)), [_position(row, voice) for row in rows], voice
    )


def pnl(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell profit and loss over a period."""
    sentences = [
        voice.say(
            "pnl",
            mode=voice.mode(facts),
            period=voice.name("period", facts.text("period")),
            pnl=voice.result(facts.number("pnl")),
            percent=voice.percent(facts.number("pnlPercent")),
        ),
        voice.say(
            "pnl_parts",
            realized=voice.result(facts.number("realizedPnl")),
            unrealized=voice.result(facts.number("unrealizedPnl")),
            fees=voice.money(facts.number("fees")),
        ),
    ]
    return " ".join([*sentences, *_trades(facts, voice)])


def history(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the latest trades."""
    rows = facts.rows("trades")
    if not rows:
        return voice.say("history_empty")
    return _listed(
        voice.say("history", mode=voice.mode(facts, *rows)), [_trade(row, voice) for row in rows], voice
    )


def report(intent: Intent, done: Sequence[Done], voice: Voice) -> str:
    """Tell the portfolio and its profit and loss."""
    words = {"portfolio_get": portfolio, "portfolio_pnl": pnl}
    return "\n".join(
        problem(answer, voice) or words[answer.name](intent, answer.facts or Facts(), voice)
        for answer in done
        if answer.name in words
    )


def skills(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell what is installed."""
    rows = facts.rows("skills")
    if not rows:
        return voice.say("skills_empty")
    lines = [
        voice.say(
            "skill",
            name=row.text("name") or row.text("id"),
            status=voice.name("word", row.text("status")),
            description=row.text("description"),
        )
        for row in rows
    ]
    return _listed(voice.say("skills"), lines, voice)


def status(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell how the service is doing."""
    return voice.say(
        "status",
        gateway=voice.name("word", facts.text("gateway")) or voice.amount(None),
        clients=voice.whole(facts.count("clients")),
        skills=voice.whole(facts.count("skills")),
        tools=voice.whole(facts.count("tools")),
    )


def _listed(head: str, lines: Sequence[str], voice: Voice) -> str:
    more = len(lines) - MAX_ROWS
    tail = [voice.say("more", count=more)] if more > 0 else []
    return "\n".join([head, *lines[:MAX_ROWS], *tail])


def _trades(facts: Facts, voice: Voice) -> list[str]:
    """Tell how many orders traded, and the share of those that closed something which won."""
    trades, rate = facts.number("trades"), facts.number("winRate")
    if not trades:
        return []
    # Without anything closed the rate is zero too, and a purchase is not a loss.
    closed = rate or facts.number("realizedPnl")
    shown = {"rate": voice.share(rate)} if closed else {}
    return [voice.count("pnl_closed" if closed else "pnl_open", trades, **shown)]


def _asset(asset: Facts, voice: Voice) -> str:
    text = voice.say(
        "asset",
        symbol=asset.text("symbol"),
        amount=voice.amount(asset.number("amount")),
        value=voice.money(asset.number("valueUsd")),
        share=voice.share(asset.number("allocation")),
    )
    change = asset.number("change24h")
    return text + voice.say("asset_change", change=voice.percent(change)) if change else text


def _position(row: Facts, voice: Voice) -> str:
    text = voice.say(
        "position",
        pair=row.text("pair"),
        side=voice.name("word", row.text("side")),
        size=voice.amount(row.number("size")),
        entry=voice.price(row.number("entryPrice")),
        current=voice.price(row.number("currentPrice")),
        pnl=voice.result(row.number("unrealizedPnl")),
        quote=quote_of(row),
        percent=voice.percent(row.number("unrealizedPnlPercent")),
    )
    for key, name in (("position_stop", "stopLoss"), ("position_target", "takeProfit")):
        level = row.number(name)
        if level is not None:
            text += voice.say(key, price=voice.price(level))
    return text


def _trade(row: Facts, voice: Voice) -> str:
    realized = row.number("realizedPnl")
    return voice.say(
        "history_line",
        when=voice.moment(row.number("timestamp")),
        side=voice.name("word", row.text("side")),
        amount=voice.amount(row.number("amount")),
        base=base_of(row),
        price=voice.price(row.number("price")),
        quote=quote_of(row),
        result=voice.say("history_result", pnl=voice.result(realized)) if realized else "",
    )
