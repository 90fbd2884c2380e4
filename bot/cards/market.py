"""Cards of prices, analyses and pictures."""

from base64 import b64decode

from bot.cards.parts import head, line, lines, source
from bot.chat import Picture
from bot.voice import Voice, plain
from tools.analysis import AnalysisReport
from tools.chart import PictureReport
from tools.market import PriceReport

_LEVELS = 3


def price(found: PriceReport, voice: Voice) -> str:
    """Show the market of a pair at this moment."""
    return lines(
        head(str(found.pair), f"**{voice.price(found.price)}**", voice.percent(found.change_24h)),
        line(voice, "bid_ask", f"{voice.price(found.bid)} / {voice.price(found.ask)}"),
        line(voice, "high_24h", voice.price(found.high_24h)),
        line(voice, "low_24h", voice.price(found.low_24h)),
        line(voice, "volume_24h", f"{voice.figure(found.volume_24h)} {found.pair.base}"),
        f"_{source(voice, found)} · {voice.time(found.timestamp)}_",
    )


def analysis(found: AnalysisReport, voice: Voice) -> str:
    """Show what the candles of a pair say."""
    shown, rsi, atr = found.indicators, found.indicators.rsi, found.indicators.atr
    signal = voice.name("signal", found.signal)
    return lines(
        head(
            f"{found.pair} {found.timeframe.value}",
            f"**{signal}**",
            voice.say("card.sure", value=found.confidence),
        ),
        line(voice, "price", f"{voice.price(found.price)} ({voice.percent(found.change_24h)})"),
        line(voice, "trend", voice.name("trend", found.trend)),
        line(voice, "rsi", f"{voice.figure(rsi.value, 1)} ({voice.name('reading', rsi.signal)})")
        if rsi
        else None,
        line(voice, "macd", voice.name("reading", shown.macd.signal)) if shown.macd else None,
        line(voice, "bands", voice.name("reading", shown.bollinger.signal)) if shown.bollinger else None,
        line(voice, "atr", f"{voice.figure(atr.percent)} %") if atr else None,
        line(voice, "support", _levels(found.support, voice)),
        line(voice, "resistance", _levels(found.resistance, voice)),
        *(f"- {voice.name('why', each)}" for each in found.reasons[:_LEVELS]),
        f"_{source(voice, found)}_",
    )


def picture(found: PictureReport, voice: Voice) -> str:
    """Show what stands under a picture."""
    return plain(found.caption)


def drawn(found: PictureReport, name: str = "chart.png") -> Picture:
    """Return a picture as it is sent."""
    return Picture(name, b64decode(found.data))


def _levels(levels: list[float], voice: Voice) -> str:
    return " · ".join(voice.money(each) for each in levels[:_LEVELS]) or voice.price(None)
