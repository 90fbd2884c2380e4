"""The words of backtests in both languages, folded, and the names people give strategies and figures."""

from collections.abc import Mapping

from tools.words.lists import split_words
from trading.backtest.catalog import BUILT_IN
from trading.backtest.strategy import plain

RUN = frozenset(
    split_words(
        "backtest backtests backteste backtesten backtesting test teste testen simulate simuliere "
        "simulieren simulation"
    )
)
OPTIMIZE = frozenset(
    split_words(
        "optimize optimise optimiere optimier optimieren optimizing optimising optimization optimisation "
        "optimierung tune tuning"
    )
)
COMPARE = frozenset(split_words("compare comparing comparison vergleiche vergleich vergleichen versus vs"))
JUDGE = frozenset(split_words("best beste besten better besser"))
"""With a strategy beside them these ask for a comparison."""
HOW = frozenset(split_words("how wie what was"))
MADE = frozenset(split_words("performed done gone made worked abgeschnitten gelaufen gebracht"))
"""A strategy, a question that begins with one of HOW and one of these ask what it would have made."""
PARAMETERS_AT_LARGE = frozenset(split_words("parameters parameter parametern settings einstellungen"))
"""With JUDGE these ask for an optimisation."""
STRONG = frozenset(
    split_words(
        "backtest backteste backtesten backtesting optimize optimise optimiere optimier optimieren "
        "optimization optimisation optimierung"
    )
)
"""What begins with one of these is a wish for a backtest, understood or not."""
STRATEGY = frozenset(split_words("strategy strategies strategie strategien"))
ALL = frozenset(split_words("all every alle saemtliche"))

FILLERS = frozenset(
    split_words("""
    a an the my on of for with using in at over to and or und oder auf mit fuer im am an der die das den
    dem ein eine einen einem meine meinen meiner by nach run do make start mach mache starte fuehre aus
    durch candle candles kerze kerzen chart timeframe bars data daten basis would have has had did does do
    performed done gone made worked made perform performs performance abgeschnitten gelaufen gebracht haette
    sich waere which what welche welcher welches is are was were ist war sind waren between zwischen me mir
    show zeig zeige give gib against gegen per each using mittels it one results result ergebnis
    ergebnisse see if i used du ich parameters parameter parametern settings einstellungen find finde and
    both beide beiden only nur zeitraum market markt pair paar coin times trading usually now about
    same dasselbe gleiche instead stattdessen again nochmal then dann es
    """)
)

_SPOKEN: Mapping[str, str] = {
    "ma_crossover": "ma crossover|ma cross|ma crossing|moving average crossover|moving average cross|"
    "moving averages|moving average|ma|sma|sma cross|sma crossover|golden cross|gleitende durchschnitte|"
    "gleitender durchschnitt|gleitenden durchschnitt|ma kreuzung",
    "ema_crossover": "ema crossover|ema cross|ema|exponential moving average|ema kreuzung",
    "macd": "macd|macd cross|macd crossover",
    "rsi_reversion": "rsi reversion|rsi mean reversion|rsi",
    "bollinger_reversion": "bollinger reversion|bollinger bands|bollinger band|bollinger|bbands|"
    "bollinger baender|bollingerbaender|mean reversion",
    "bollinger_breakout": "bollinger breakout|bollinger band breakout|bollinger bands breakout|"
    "bollinger ausbruch",
    "donchian_breakout": "donchian breakout|donchian channel breakout|donchian channel|donchian kanal|"
    "donchian ausbruch|donchian|channel breakout|turtle|breakout|ausbruch",
    "buy_and_hold": "buy and hold|buy hold|buy n hold|hodl|hold|holding|halten|kaufen und halten|"
    "kauf und halte",
    "dca": "dca|usd cost averaging|usd cost average|cost average|cost averaging|sparplan",
    "grid": "grid trading|grid|grid bot|gitter|gitterhandel",
}


def _named() -> Mapping[str, str]:
    """Return the strategy of everything it is called by, as words with blanks between them."""
    found = {}
    for each in BUILT_IN:
        for name in (each.name, *each.aliases):
            found[name.lower().replace("_", " ")] = found[plain(name)] = each.name
        found.update(dict.fromkeys(_SPOKEN.get(each.name, "").split("|"), each.name))
    del found[""]
    return found


STRATEGIES: Mapping[str, str] = _named()

_GERMAN_PARAMETERS = {
    "schnell": "fast",
    "schnelle": "fast",
    "langsam": "slow",
    "langsame": "slow",
    "periode": "period",
    "signallinie": "signal",
    "ueberverkauft": "oversold",
    "ueberkauft": "overbought",
    "breite": "width",
    "abstand": "spacing",
    "stufen": "rungs",
    "intervall": "interval",
    "anteil": "portion",
    "schwelle": "threshold",
}


def _parameters() -> Mapping[str, str]:
    found = dict(_GERMAN_PARAMETERS)
    for strategy in BUILT_IN:
        for each in strategy.parameters:
            for name in (each.name, *each.aliases):
                found[name.replace("_", " ")] = found[plain(name)] = name
    return found


PARAMETERS: Mapping[str, str] = _parameters()
"""The spelling that tools take, by the words for it."""

_METRICS: Mapping[str, str] = {
    "sharpeRatio": "sharpe ratio|sharpe|sharpe quotient",
    "sortinoRatio": "sortino ratio|sortino",
    "calmarRatio": "calmar ratio|calmar",
    "totalReturn": "total return|return|returns|profit|gain|rendite|gesamtrendite|gewinn|ertrag",
    "maxDrawdown": "max drawdown|maximum drawdown|drawdown|lowest drawdown|smallest drawdown|rueckgang|"
    "kleinster drawdown|geringster drawdown",
    "winRate": "win rate|winrate|hit rate|trefferquote|gewinnrate|gewinnquote",
    "profitFactor": "profit factor|profitfaktor|gewinnfaktor",
}
METRICS: Mapping[str, str] = {word: name for name, words in _METRICS.items() for word in words.split("|")}

CANDLES: Mapping[str, str] = {
    "stundenkerzen": "1h",
    "tageskerzen": "1d",
    "wochenkerzen": "1w",
    "minutenkerzen": "1m",
    "stunden": "1h",
}
CURRENCIES = "usd|usdt|usdc|eur|chf|gbp"
FEE = "fees?|commissions?|gebuehr|gebuehren|trading fees?|handelsgebuehren?"
SLIPPAGE = "slippage"
COSTS = "costs?|kosten"
BALANCE = (
    "balance|initial balance|starting balance|start balance|capital|initial capital|starting capital|"
    "account|kapital|startkapital|startguthaben|anfangskapital|guthaben|einsatz|konto"
)


def _words() -> frozenset[str]:
    texts = [
        *STRATEGIES,
        *PARAMETERS,
        *METRICS,
        *CANDLES,
        "fee fees commission commissions gebuehr gebuehren handelsgebuehren slippage costs kosten no without "
        "zero ohne keine starting starte startend trailing target gewinnziel kursziel risk risking risiko "
        "long "
        "short both directions only nur maximize maximise maximiere highest hoechste hoechster beide "
        "richtungen "
        "back test of von equity konto trade",
        BALANCE.replace("|", " "),
    ]
    return frozenset(word for text in texts for word in text.split())


WORDS = frozenset({*RUN, *OPTIMIZE, *COMPARE, *JUDGE, *STRATEGY, *ALL, *FILLERS, *_words()})
"""Every word a backtest is asked for with, folded."""
