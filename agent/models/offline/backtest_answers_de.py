"""What is said of backtests in German, by key."""

from collections.abc import Mapping

ANSWERS: Mapping[str, str] = {
    "ask_strategy.backtest": "Welche Strategie soll ich testen? Es gibt {names}.",
    "ask_strategy.optimize": "Welche Strategie soll ich optimieren? Es gibt {names}.",
    "ask_strategy.compare": "Welche Strategien soll ich vergleichen? Es gibt {names}.",
    "ask_second_strategy": "Mit welcher anderen Strategie soll ich {strategy} vergleichen? Es gibt {names}.",
    "ask_market.backtest": "Auf welchem Markt? Nenne eine Münze, etwa „BTC“.",
    "ask_market.optimize": "Auf welchem Markt? Nenne eine Münze, etwa „BTC“.",
    "ask_market.compare": "Auf welchem Markt? Nenne eine Münze, etwa „BTC“.",
    "trial_unknown": "Eine Strategie „{name}“ kenne ich nicht; es ist nichts gelaufen.",
    "trial_unknown_near": "Eine Strategie „{name}“ kenne ich nicht; es ist nichts gelaufen. Meinst du "
    "{near}?",
    "trial_known": "Es gibt {names}.",
    "trial_unread": "Das lese ich als Backtest, konnte aber „{rest}“ nicht zuordnen; es ist nichts gelaufen.",
    "trial_currency": "{pair} wird in {quote} gehandelt, nicht in {currency}; es ist nichts gelaufen. "
    "Nenne das "
    "Guthaben in {quote}.",
    "trial_one_pair": "Das geht nur mit einem Markt auf einmal; es ist nichts gelaufen. Nenne eine Münze.",
    "trial_one_strategy": "Ich optimiere eine Strategie auf einmal; es ist nichts gelaufen. Nenne eine.",
    "trial_no_params": "Strategien vergleiche ich so, wie sie sind, ohne eigene Parameter; es ist nichts "
    "gelaufen. "
    "Gib sie in einem Backtest einer einzelnen Strategie an.",
    "trial_nothing_to_tune": "{strategy} hat keine Parameter, die man einstellen könnte; es ist nichts "
    "gelaufen.",
    "trial_no_clock": "Ich weiß hier nicht, welcher Tag heute ist; es ist nichts gelaufen. Nenne Tage, "
    "etwa „von "
    "2024-01-01 bis 2024-06-30“.",
    "trial_span": "Dieser Zeitraum ist leer oder liegt in der Zukunft; es ist nichts gelaufen. Schreib ihn "
    "etwa "
    "als „letztes Jahr“ oder „von 2024-01-01 bis 2024-06-30“.",
    "trial_failed": "Der Backtest ist nicht gelaufen: {message}.",
    "trial_failed_silent": "Der Backtest ist nicht gelaufen, ein Grund wurde nicht genannt.",
    "trial_failed.EXCHANGE_ERROR": "Der Backtest ist nicht gelaufen, der Markt gab keine Kerzen her: "
    "{message}.",
    "trial_failed.NOT_FOUND": "Der Backtest ist nicht gelaufen, diesen Markt gibt es hier nicht: {message}.",
    "trial_failed.RATE_LIMITED": "Gerade nicht: zu viele Backtests auf einmal ({message}). Versuch es in "
    "einer "
    "Minute noch einmal.",
    "trial_failed.CONFLICT": "Der Backtest wurde abgebrochen, bevor er fertig war.",
    "run.lost": "Er hätte {share} verloren: {strategy} auf {pair} vom {begin} bis {end} machte aus {initial} "
    "{final} {quote}.",
    "run.gained": "Er hätte {share} gewonnen: {strategy} auf {pair} vom {begin} bis {end} machte aus "
    "{initial} "
    "{final} {quote}.",
    "run.idle": "Er hätte kein einziges Mal gehandelt: {strategy} auf {pair} gab vom {begin} bis {end} "
    "kein Signal.",
    "run.even": "Er hätte weder gewonnen noch verloren: {strategy} auf {pair} endete vom {begin} bis {end} "
    "mit den "
    "{initial} {quote} vom Anfang.",
    "run.return": "Rendite {total}, gegen {hold} mit Kaufen und Halten",
    "run.return_alone": "Rendite {total}",
    "run.strategy": "{strategy} mit {params}, auf {timeframe}-Kerzen",
    "run.strategy_plain": "{strategy}, auf {timeframe}-Kerzen",
    "run.risk": "Größter Rückgang {drawdown}, Sharpe-Ratio {sharpe}",
    "run.trades": "Trades: {trades}, davon gewonnen {wins}",
    "run.no_trades": "Trades: keiner abgeschlossen",
    "run.costs": "Kosten je Ausführung: Gebühr {fee}, Slippage {slippage}; gezahlte Gebühren: {fees} {quote}",
    "run.costs_alone": "Kosten je Ausführung: Gebühr {fee}, Slippage {slippage}",
    "run.fees": "Gezahlte Gebühren: {fees} {quote}",
    "run.bounds": "Mit {bounds}",
    "bound.stopLossPercent": "Stop-Loss bei {value}",
    "bound.takeProfitPercent": "Gewinnmitnahme bei {value}",
    "bound.trailingStopPercent": "Trailing-Stop mit {value}",
    "run.taken": "Nicht gesagt, also wie üblich: {taken}",
    "taken.timeframe": "{timeframe}-Kerzen",
    "taken.span": "{begin} bis {end}",
    "taken.balance": "{initial} {quote}",
    "taken.costs": "die Kosten",
    "run.promise": "Was war, verspricht nichts für das, was kommt.",
    "warn.few": "Wenige Trades ({count}): unter 30 sagen wenig.",
    "warn.ruined": "Das Konto hätte alles verloren.",
    "warn.missing": "Es fehlen {count} Kerzen.",
    "warn.simulated": "Die Kerzen sind simuliert, nicht von einem Markt.",
    "warn.luck": "Das Beste aus vielen Versuchen kann Glück sein: Dass es mehr ist, hat nur eine Chance "
    "von {share}.",
    "warn.overfit": "Überangepasst: Auf Kerzen, die es nicht kannte, war es weit schlechter als auf denen, "
    "nach denen "
    "es gewählt wurde.",
    "warn.unchecked": "Es wurde nicht auf unbekannten Kerzen geprüft: Der Zeitraum ist zu kurz.",
    "grid.best": "Das Beste aus {count} Kombinationen von {strategy} auf {pair} vom {begin} bis {end} ist "
    "{params}: "
    "Damit hätte man {share} {made}.",
    "grid.none": "Keine von {count} Kombinationen von {strategy} auf {pair} vom {begin} bis {end} hat "
    "einen Wert.",
    "grid.gained": "gewonnen",
    "grid.lost": "verloren",
    "grid.score": "{metric}: {score}, auf {timeframe}-Kerzen",
    "grid.held": "Geprüft: Das Beste der ersten {first} ({params}) kam dort auf {inside} und im Rest, den "
    "es nicht "
    "kannte, auf {outside}",
    "grid.deflated": "Chance, dass das Beste mehr als Glück ist (bereinigte Sharpe-Ratio): {share}",
    "grid.top": "Die besten drei: {rows}",
    "grid.row": "{params} ({score})",
    "compare.best": "Von {count} Strategien auf {pair} vom {begin} bis {end} war {strategy} die beste nach "
    "{metric}: "
    "{total}, gegen {hold} mit Kaufen und Halten.",
    "compare.row": "{place}. {strategy}: {total}, Rückgang {drawdown}, Sharpe {sharpe}, Trades {trades}, "
    "gewonnen "
    "{wins}",
    "picture_failed": "Das Bild konnte nicht gezeichnet werden: {message}.",
    "strategies": "Diese Strategien kann ich testen:",
    "strategies.row": "• {strategy}: {summary}",
    "strategies.hint": "Schreib zum Beispiel „backteste {name} auf BTC letztes Jahr“.",
    "strategies.none": "Hier gibt es keine Strategien.",
    "backtests": "Deine letzten Backtests:",
    "backtests.none": "Du hast noch keine Backtests gemacht.",
    "backtests.row": "• {when}: {kind} von {what} auf {pair}, {status}",
    "backtests.unfinished": "Dein letzter Backtest ({what} auf {pair}) ist {status}.",
    "backtests.failed": "Dein letzter Backtest ({what} auf {pair}) ist gescheitert: {message}.",
    "cancel.none": "Von dir läuft kein Backtest.",
    "cancel.done": "Abgebrochen: {kind} von {what} auf {pair}.",
    "cancel.late": "Zu spät: {kind} von {what} auf {pair} ist schon {status}.",
    "job.run": "Backtest",
    "job.optimize": "Optimierung",
    "job.compare": "Vergleich",
    "job.verify": "Prüfung auf Vorausblick",
    "job_status.queued": "wartend",
    "job_status.running": "am Laufen",
    "job_status.done": "fertig",
    "job_status.failed": "gescheitert",
    "job_status.canceled": "abgebrochen",
    "strategy.ma_crossover": "MA-Crossover",
    "strategy.ema_crossover": "EMA-Crossover",
    "strategy.macd": "MACD",
    "strategy.rsi_reversion": "RSI",
    "strategy.bollinger_reversion": "Bollinger",
    "strategy.bollinger_breakout": "Bollinger-Ausbruch",
    "strategy.donchian_breakout": "Donchian-Ausbruch",
    "strategy.buy_and_hold": "Kaufen und Halten",
    "strategy.dca": "DCA",
    "strategy.grid": "Grid",
    "param.fastperiod": "schnell",
    "param.slowperiod": "langsam",
    "param.signalperiod": "Signal",
    "param.exitperiod": "Ausstiegsperiode",
    "param.period": "Periode",
    "param.oversold": "überverkauft",
    "param.overbought": "überkauft",
    "param.width": "Breite",
    "param.interval": "Intervall",
    "param.portion": "Anteil",
    "param.rungs": "Stufen",
    "param.spacing": "Abstand",
    "metric.sharperatio": "Sharpe-Ratio",
    "metric.sortinoratio": "Sortino-Ratio",
    "metric.calmarratio": "Calmar-Ratio",
    "metric.totalreturn": "Rendite",
    "metric.maxdrawdown": "größtem Rückgang",
    "metric.winrate": "Trefferquote",
    "metric.profitfactor": "Profitfaktor",
    "summary.ma_crossover": "long, solange ein schneller Durchschnitt des Preises über einem langsamen liegt",
    "summary.ema_crossover": "dasselbe mit exponentiellen Durchschnitten, die neue Preise stärker gewichten",
    "summary.macd": "long, solange die MACD-Linie über ihrer Signallinie liegt",
    "summary.rsi_reversion": "kauft, wenn der RSI aus überverkauft kommt, verkauft, wenn er überkauft "
    "verlässt",
    "summary.bollinger_reversion": "kauft bei der Rückkehr über das untere Band, verkauft am mittleren",
    "summary.bollinger_breakout": "kauft über dem oberen Band, verkauft unter dem mittleren",
    "summary.donchian_breakout": "kauft über dem höchsten Hoch der letzten Kerzen, verkauft unter einem "
    "kürzeren Tief",
    "summary.buy_and_hold": "kauft einmal und behält es, als Vergleich für die anderen",
    "summary.dca": "kauft immer wieder für denselben Betrag, egal zu welchem Preis",
    "summary.grid": "kauft mit jeder Stufe abwärts einen Teil, verkauft mit jeder aufwärts einen",
}
