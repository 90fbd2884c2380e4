"""What the words of trading mean, in both languages: a row per term, with the names people call it by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.words.language import Language


@dataclass(frozen=True, slots=True)
class Term:
    """A term, with its names as the tokens they come as: “stop loss” is “stop”, “dollar” is “usd”."""

    names: str
    english: str
    german: str

    def meaning(self, language: Language) -> str:
        """Return what it means."""
        return self.english if language is Language.EN else self.german


TERMS: Sequence[Term] = (
    Term(
        "rsi|relative strength index",
        "RSI (relative strength index) compares recent gains with recent losses on a scale from 0 to 100. "
        "Above 70 a coin counts as overbought, below 30 as oversold.",
        "Der RSI (Relative-Stärke-Index) vergleicht jüngste Gewinne mit jüngsten Verlusten auf einer Skala "
        "von 0 bis 100. Über 70 gilt eine Münze als überkauft, unter 30 als überverkauft.",
    ),
    Term(
        "macd",
        "MACD is the gap between a fast and a slow moving average (12 and 26 candles). Above its own 9-candle"
        " average, a positive histogram, momentum points up, below it down.",
        "Der MACD ist der Abstand zwischen einem schnellen und einem langsamen gleitenden Durchschnitt (12 "
        "und 26 Kerzen). Liegt er über seinem eigenen 9-Kerzen-Schnitt, also bei positivem Histogramm, zeigt "
        "der Schwung nach oben, sonst nach unten.",
    ),
    Term(
        "bollinger bands|bollinger band|bollinger|bollinger baender|bollingerbaender",
        "Bollinger Bands lie two standard deviations above and below a 20-candle average. Wide bands mean a "
        "restless market; a price at a band is unusually far from its average.",
        "Bollinger-Bänder liegen zwei Standardabweichungen über und unter einem 20-Kerzen-Schnitt. Breite "
        "Bänder heißen unruhiger Markt; ein Preis am Band ist ungewöhnlich weit von seinem Schnitt entfernt.",
    ),
    Term(
        "atr|average true range",
        "ATR (average true range) is how far the price usually moves within one candle. It helps to place a "
        "stop outside the usual noise.",
        "Die ATR (Average True Range) sagt, wie weit sich der Preis in einer Kerze üblicherweise bewegt. Sie "
        "hilft, einen Stop außerhalb des üblichen Rauschens zu setzen.",
    ),
    Term(
        "moving average|moving averages|ma|sma|ema|ma crossover|gleitender durchschnitt|"
        "gleitenden durchschnitt|gleitende durchschnitte",
        "A moving average is the mean price of the last candles, such as 50 of them; an EMA weighs the newest"
        " most. A price above it speaks for an uptrend, and a fast one crossing a slow one for a turn.",
        "Ein gleitender Durchschnitt ist der mittlere Preis der letzten Kerzen, etwa von 50; ein EMA "
        "gewichtet die neuesten am stärksten. Ein Preis darüber spricht für einen Aufwärtstrend, das Kreuzen "
        "eines langsamen durch einen schnellen für eine Wende.",
    ),
    Term(
        "stop|stops|stop order|stoporder",
        "A stop-loss closes a position by itself once the price falls to a level you chose, so that a loss "
        "stays small. In a fast market it may fill below that level.",
        "Ein Stop-Loss schließt eine Position von selbst, sobald der Preis auf eine gewählte Marke fällt, "
        "damit ein Verlust klein bleibt. In einem schnellen Markt kann der Verkauf darunter liegen.",
    ),
    Term(
        "trailing stop|trailing stops|trailing stop order",
        "A trailing stop follows the price at a distance you chose, and never goes back: once the price "
        "turns by that much from its best, the position is closed.",
        "Ein Trailing-Stop folgt dem Preis in einem gewählten Abstand und geht nie zurück: Dreht der Preis "
        "um so viel von seinem besten Stand, wird die Position geschlossen.",
    ),
    Term(
        "stop limit|stop limit order|stop limit orders|stop limit auftrag",
        "A stop-limit order waits for one price, its stop, and from then on trades only at another, its "
        "limit, or a better one. In a fast market it may not fill at all.",
        "Eine Stop-Limit-Order wartet auf einen Preis, ihren Stop, und handelt von da an nur zu einem "
        "zweiten, ihrem Limit, oder besser. In einem schnellen Markt wird sie vielleicht gar nicht "
        "ausgeführt.",
    ),
    Term(
        "oco|oco order|oco orders|one cancels the other|oco auftrag",
        "OCO, one cancels the other, is a limit and a stop for the same amount: one takes the gain, the "
        "other limits the loss, and the first that fills cancels the other.",
        "OCO, „eine storniert die andere“, ist ein Limit und ein Stop für dieselbe Menge: Eine nimmt den "
        "Gewinn mit, die andere begrenzt den Verlust, und die erste ausgeführte storniert die andere.",
    ),
    Term(
        "reduce only|reduce only order|reduce only orders|nur reduzieren",
        "A reduce-only order can only make a position smaller, never open or turn one. What is more than is "
        "held is cut off.",
        "Eine Order, die nur reduziert, kann eine Position nur verkleinern, nie eröffnen oder drehen. Was "
        "über den Bestand hinausgeht, wird abgeschnitten.",
    ),
    Term(
        "target|targets|gewinnmitnahme|kursziel",
        "A take-profit, or target, closes a position by itself once the price reaches a gain you chose.",
        "Ein Take-Profit, auch Ziel, schließt eine Position von selbst, sobald der Preis einen gewählten "
        "Gewinn erreicht.",
    ),
    Term(
        "limit order|limit orders|limit|limitorder|limit auftrag",
        "A limit order trades only at your price or a better one, and waits until the market gets there. It "
        "may never be filled.",
        "Eine Limit-Order wird nur zu deinem Preis oder einem besseren ausgeführt und wartet, bis der Markt "
        "dorthin kommt. Vielleicht wird sie nie ausgeführt.",
    ),
    Term(
        "market order|market orders|marktorder|market auftrag",
        "A market order trades at once, at the best price there is. You are sure of the trade, but not of the"
        " price.",
        "Eine Market-Order wird sofort ausgeführt, zum besten Preis, den es gibt. Sicher ist der Handel, "
        "nicht der Preis.",
    ),
    Term(
        "slippage|slipage",
        "Slippage is the difference between the price you expected and the one you got. It grows with the "
        "size of the order and with the speed of the market.",
        "Slippage ist der Unterschied zwischen dem erwarteten Preis und dem, den du bekommst. Sie wächst mit "
        "der Größe des Auftrags und dem Tempo des Markts.",
    ),
    Term(
        "drawdown|draw down|max drawdown|maximum drawdown|maximaler drawdown",
        "A drawdown is the fall of an account from its highest value to the lowest one after it, in percent. "
        "It shows how much a strategy may hurt on the way.",
        "Ein Drawdown ist der Rückgang eines Kontos von seinem höchsten Stand bis zum tiefsten danach, in "
        "Prozent. Er zeigt, wie weh eine Strategie unterwegs tun kann.",
    ),
    Term(
        "leverage|margin|hebel|hebelhandel|margin trading",
        "Leverage trades with borrowed money: at 5x every move counts five times, gains and losses alike, and"
        " a fall of about 20% wipes out the stake.",
        "Ein Hebel handelt mit geliehenem Geld: Bei 5x zählt jede Bewegung fünffach, Gewinn wie Verlust, und "
        "ein Rückgang von etwa 20 % vernichtet den Einsatz.",
    ),
    Term(
        "spread|bid ask spread",
        "The spread is the gap between the best price to sell at (bid) and the best one to buy at (ask). It "
        "is a cost of every trade at the market.",
        "Der Spread ist der Abstand zwischen dem besten Verkaufspreis (Geldkurs) und dem besten Kaufpreis "
        "(Briefkurs). Er gehört zu den Kosten jedes Handels am Markt.",
    ),
    Term(
        "support|resistance|support and resistance|unterstuetzung|widerstand|unterstuetzung und widerstand",
        "Support is a price at which a fall has stopped before, resistance one at which a rise has. Many "
        "traders watch them; they hold until they break.",
        "Eine Unterstützung ist ein Preis, an dem ein Fall schon einmal endete, ein Widerstand einer, an dem "
        "ein Anstieg endete. Viele achten darauf; sie halten, bis sie brechen.",
    ),
    Term(
        "volatility|volatilitaet",
        "Volatility is how strongly a price swings. The higher it is, the smaller a position should be for "
        "the same risk.",
        "Die Volatilität sagt, wie stark ein Preis schwankt. Je höher sie ist, desto kleiner sollte eine "
        "Position bei gleichem Risiko sein.",
    ),
    Term(
        "paper trading|paper money|paper|papertrading|papiergeld|paper handel",
        "Paper trading uses play money at market prices: you see how trades would have gone, at no risk.",
        "Paper-Trading handelt Spielgeld zu Marktpreisen: Du siehst, wie es ausgegangen wäre, und riskierst "
        "nichts.",
    ),
    Term(
        "long|short|long position|short position|long and short|short selling|leerverkauf|long und short",
        "Long means to gain when the price rises; short means to sell what was borrowed, to gain when it "
        "falls.",
        "Long heißt, an steigenden Preisen zu verdienen; short heißt, Geliehenes zu verkaufen, um an "
        "fallenden zu verdienen.",
    ),
    Term(
        "backtest|backtests|backtesting|back test|back testing",
        "A backtest tries a strategy on past prices: what would it have made, at which cost, with which "
        "losses on the way? It shows what would not have worked; that something will work, it cannot show.",
        "Ein Backtest probiert eine Strategie auf vergangenen Preisen: Was hätte sie gebracht, zu welchen "
        "Kosten, "
        "mit welchen Verlusten unterwegs? Er zeigt, was nicht funktioniert hätte; dass etwas funktionieren "
        "wird, "
        "kann er nicht zeigen.",
    ),
    Term(
        "overfitting|over fitting|overfit|ueberanpassung",
        "Overfitting means to tune a strategy until it fits the noise of the past. It then looks good on the "
        "candles it was tuned on, and fails on new ones.",
        "Überanpassung heißt, eine Strategie so lange einzustellen, bis sie zum Rauschen der Vergangenheit "
        "passt. "
        "Sie sieht dann auf diesen Kerzen gut aus und versagt auf neuen.",
    ),
    Term(
        "dca|usd cost averaging|sparplan",
        "DCA (dollar-cost averaging) buys for the same sum at fixed times, whatever the price is. It spares "
        "you the search for the right moment.",
        "DCA (Dollar-Cost-Averaging) kauft zu festen Zeiten für denselben Betrag, wie auch immer der Preis "
        "ist. Es erspart die Suche nach dem richtigen Moment.",
    ),
)

MEANINGS: Mapping[str, Term] = {name: term for term in TERMS for name in term.names.split("|")}
