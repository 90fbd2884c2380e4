"""Cards of what is held and what it made."""

from bot.asking import Action
from bot.cards.parts import fitting, head, line, lines, mode, more, result_of, source, table
from bot.voice import Voice, plain
from tools.portfolio import AssetView, PnlReport, PortfolioReport
from tools.positions import PositionList, PositionView
from tools.trade import TradeList

MOST_ASSETS = 15
MOST_POSITIONS = 10
MOST_BUTTONS = 5


def portfolio(found: PortfolioReport, voice: Voice) -> str:
    """Show what an account holds and what that is worth."""
    other = found.currency != "USD"
    return lines(
        head(voice.say("card.portfolio"), mode(voice, found)),
        line(voice, "worth", voice.dollars(found.total_value_usd)),
        line(voice, "worth_in", f"{voice.money(found.total_value)} {found.currency}") if other else None,
        line(voice, "cash", voice.dollars(found.cash)),
        line(voice, "margin", voice.dollars(found.margin)) if found.margin else None,
        line(voice, "changed", f"{voice.percent(found.change_24h)} · {voice.percent(found.change_7d)}"),
        table([_asset(each, voice) for each in found.assets[:MOST_ASSETS]]),
        more(voice, len(found.assets) - MOST_ASSETS),
        line(voice, "positions", voice.figure(len(found.positions), 0)) if found.positions else None,
        voice.say("card.unpriced", names=plain(", ".join(found.unpriced))) if found.unpriced else None,
        f"_{source(voice, found)} · {voice.time(found.timestamp)}_",
    )


def _asset(asset: AssetView, voice: Voice) -> tuple[str, str, str]:
    return asset.symbol[:6], fitting(voice, asset.amount), voice.dollars(asset.value_usd)


def positions(found: PositionList, voice: Voice) -> str:
    """Show open positions with their profit or loss."""
    if not found.positions:
        return voice.say("card.no_positions")
    shown = found.positions[:MOST_POSITIONS]
    parts = [
        head(voice.say("card.positions"), voice.figure(len(found.positions), 0)),
        *(_position(each, voice) for each in shown),
        more(voice, len(found.positions) - len(shown)),
    ]
    return "\n\n".join(part for part in parts if part)


def _position(held: PositionView, voice: Voice) -> str:
    leverage = f"{voice.amount(held.leverage)}x" if held.leverage is not None else ""
    title = f"{held.pair} {voice.name('side', held.side)} {voice.amount(held.size)}"
    return lines(
        head(title, leverage, mode(voice, held)),
        line(voice, "entry_now", f"{voice.price(held.entry_price)} → {voice.price(held.current_price)}"),
        line(
            voice, "pnl", result_of(voice, held.unrealized_pnl, held.pair.quote, held.unrealized_pnl_percent)
        ),
        line(voice, "stop", voice.price(held.stop_loss)) if held.stop_loss is not None else None,
        line(voice, "target", voice.price(held.take_profit)) if held.take_profit is not None else None,
        line(voice, "liquidation", voice.price(held.liquidation_price)) if held.liquidation_price else None,
    )


def position_actions(found: PositionList, voice: Voice) -> tuple[tuple[Action, ...], ...]:
    """Return a row of buttons for each of the first positions: close it, or half of it."""
    return tuple(
        (
            Action(voice.say("button.close", pair=each.pair), "close", each.id, "bad"),
            Action(voice.say("button.half"), "close", f"{each.id} 50%"),
        )
        for each in found.positions[:MOST_BUTTONS]
    )


def pnl(found: PnlReport, voice: Voice) -> str:
    """Show profit and loss of a period."""
    return lines(
        head(voice.say("card.pnl"), voice.name("period", found.period), mode(voice, found)),
        line(voice, "pnl", f"{voice.dollars(found.pnl, signed=True)} ({voice.percent(found.pnl_percent)})"),
        line(voice, "realized", voice.dollars(found.realized_pnl, signed=True)),
        line(voice, "unrealized", voice.dollars(found.unrealized_pnl, signed=True)),
        line(voice, "fees", voice.dollars(found.fees)),
        line(voice, "value", f"{voice.dollars(found.start_value)} → {voice.dollars(found.end_value)}"),
        line(voice, "trades", voice.figure(found.trades, 0)),
        line(voice, "win_rate", voice.percent(found.win_rate, signed=False)) if found.trades else None,
        voice.say("card.unpriced", names=plain(", ".join(found.unpriced))) if found.unpriced else None,
    )


def history(found: TradeList, voice: Voice) -> str:
    """Show trades, newest first."""
    if not found.trades:
        return voice.say("card.no_trades")
    rows = []
    for each in found.trades:
        side = f"**{voice.name('side', each.side)}** {voice.amount(each.amount)} {each.pair.base}"
        won = result_of(voice, each.realized_pnl, each.pair.quote) if each.realized_pnl is not None else ""
        fee = voice.say("card.fee", value=f"{voice.money(each.fee)} {each.pair.quote}")
        rows.append(
            lines(
                " · ".join([side, mode(voice, each)]),
                f"@ {voice.price(each.price)} {each.pair.quote} · {fee}",
                line(voice, "pnl", won) if won else None,
                f"_{voice.time(each.timestamp)}_",
            )
        )
    title = head(voice.say("card.history"))
    return "\n\n".join([title, *rows, *([voice.say("card.older")] if found.has_more else [])])
