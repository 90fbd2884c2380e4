"""Sentences that ask for alerts, each with what alert.create takes; it is noon of 2026-11-26, UTC."""

from typing import Any

ENGLISH: list[tuple[str, dict[str, Any]]] = [
    (
        "alert me if ETH drops below 2500",
        {"type": "price", "pair": "ETH/USDT", "value": 2500, "condition": "below"},
    ),
    (
        "alert if BTC above 100000",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
    ),
    (
        "tell me when ETH drops 5% in 1h",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "condition": "change",
            "value": 5,
            "direction": "down",
            "window": "1h",
        },
    ),
    (
        "tell me when BTC falls 3 % within an hour",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "change",
            "value": 3,
            "direction": "down",
            "window": "1h",
        },
    ),
    ("BTC crosses 70k", {"type": "price", "pair": "BTC/USDT", "value": 70000, "condition": "cross"}),
    (
        "BTC crosses 70k upwards",
        {"type": "price", "pair": "BTC/USDT", "value": 70000, "condition": "cross", "direction": "up"},
    ),
    (
        "when RSI of BTC below 30",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "rsi"},
            "condition": "below",
            "value": 30,
        },
    ),
    (
        "when RSI of BTC below 30 on 4h",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "rsi"},
            "condition": "below",
            "value": 30,
            "timeframe": "4h",
        },
    ),
    (
        "RSI(7) of ETH over 70 on the daily",
        {
            "type": "indicator",
            "pair": "ETH/USDT",
            "indicator": {"name": "rsi", "params": {"period": 7}},
            "condition": "above",
            "value": 70,
            "timeframe": "1d",
        },
    ),
    (
        "when MACD of BTC crosses its signal",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "macd"},
            "condition": "cross",
            "against": {"indicator": {"name": "macd", "line": "signal"}},
        },
    ),
    (
        "when SOL touches the lower bollinger band",
        {
            "type": "price",
            "pair": "SOL/USDT",
            "condition": "below",
            "against": {"indicator": {"name": "bollinger", "line": "lower"}},
        },
    ),
    (
        "50 day average of BTC crosses above the 200 day",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "sma", "params": {"period": 50}},
            "condition": "cross",
            "direction": "up",
            "against": {"indicator": {"name": "sma", "params": {"period": 200}}},
            "timeframe": "1d",
        },
    ),
    (
        "volume of ETH above its average",
        {
            "type": "indicator",
            "pair": "ETH/USDT",
            "indicator": {"name": "volume", "params": {"period": 1}},
            "condition": "above",
            "against": {"indicator": {"name": "volume"}},
        },
    ),
    (
        "BTC 5% off its high",
        {"type": "price", "pair": "BTC/USDT", "condition": "trailing", "value": 5, "direction": "down"},
    ),
    (
        "if my portfolio drops below 90000",
        {"type": "portfolio", "figure": "value", "value": 90000, "condition": "below"},
    ),
    (
        "if my portfolio drops by 5% today",
        {"type": "portfolio", "condition": "change", "value": 5, "direction": "down"},
    ),
    (
        "my drawdown exceeds 10%",
        {"type": "portfolio", "figure": "drawdown", "condition": "above", "value": 10},
    ),
    (
        "my BTC position loses more than 200",
        {"type": "portfolio", "pair": "BTC/USDT", "figure": "pnl", "condition": "below", "value": -200},
    ),
    (
        "alert me if BTC above 100k and ETH below 2000",
        {
            "all": [
                {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
                {"type": "price", "pair": "ETH/USDT", "value": 2000, "condition": "below"},
            ]
        },
    ),
    (
        "alert me if BTC above 100k or below 80k, every time",
        {
            "any": [
                {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
                {"type": "price", "pair": "BTC/USDT", "value": 80000, "condition": "below"},
            ],
            "frequency": "every",
        },
    ),
    (
        "tell me once BTC is above 100000",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
    ),
    (
        "alert me when BTC is over $100,000 once per hour, until Friday",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-11-28T00:00:00Z",
            "frequency": "every",
            "cooldownSeconds": 3600,
        },
    ),
    (
        "alert me when RSI of BTC is below 30 once per bar",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "rsi"},
            "condition": "below",
            "value": 30,
            "frequency": "once_per_bar",
        },
    ),
    (
        "alert me when BTC is above 70000 on each close",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 70000,
            "condition": "above",
            "frequency": "once_per_bar_close",
        },
    ),
    (
        "alert me when BTC moves 2% in 15m at most every 30 minutes",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "change",
            "value": 2,
            "direction": "either",
            "window": "15m",
            "frequency": "every",
            "cooldownSeconds": 1800,
        },
    ),
    (
        "alert if ETH falls to 2000 for two days",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "value": 2000,
            "condition": "below",
            "expiresAt": "2026-11-28T12:00:00Z",
        },
    ),
    (
        "alert if ETH falls to 2000 until 2026-12-24",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "value": 2000,
            "condition": "below",
            "expiresAt": "2026-12-25T00:00:00Z",
        },
    ),
    (
        "alert if ETH falls to 2000 until tonight 18:00",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "value": 2000,
            "condition": "below",
            "expiresAt": "2026-11-26T18:00:00Z",
        },
    ),
    (
        "alert if BTC above 100000 and say: take profit",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "message": "take profit",
        },
    ),
    (
        "alert if BTC above 100000 on telegram",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "channels": ["telegram"],
        },
    ),
    (
        "alert me if BTC drops below 60000 and then buy for 100",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 60000,
            "condition": "below",
            "trade": {
                "action": "buy",
                "pair": "BTC/USDT",
                "type": "market",
                "amount": 100,
                "amountType": "quote",
            },
        },
    ),
    (
        "alert me if BTC drops below 60000 and buy 0.1 BTC",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 60000,
            "condition": "below",
            "trade": {
                "action": "buy",
                "pair": "BTC/USDT",
                "type": "market",
                "amount": 0.1,
                "amountType": "base",
            },
        },
    ),
    (
        "alert me if BTC drops below 60000 and analyze it",
        {"type": "price", "pair": "BTC/USDT", "value": 60000, "condition": "below", "prompt": "analyze it"},
    ),
    (
        "notify me when bitcoin hits 100,000.50",
        {"type": "price", "pair": "BTC/USDT", "value": 100000.5, "condition": "cross"},
    ),
    ("price of SOL > 200", {"type": "price", "pair": "SOL/USDT", "value": 200, "condition": "above"}),
    (
        "EMA 50 of BTC crosses EMA 200 on 4h",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "ema", "params": {"period": 50}},
            "condition": "cross",
            "against": {"indicator": {"name": "ema", "params": {"period": 200}}},
            "timeframe": "4h",
        },
    ),
    (
        "alert when BTC crosses below its 200 day moving average",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "cross",
            "direction": "down",
            "against": {"indicator": {"name": "sma", "params": {"period": 200}}},
            "timeframe": "1d",
        },
    ),
    (
        "BTC closes above 70k on the daily",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "timeframe": "1d",
            "indicator": {"name": "close"},
            "value": 70000,
            "condition": "above",
        },
    ),
    (
        "ATR of BTC above 500 on 1d",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "atr"},
            "condition": "above",
            "value": 500,
            "timeframe": "1d",
        },
    ),
    (
        "alert me if SOL is 10% above its low",
        {"type": "price", "pair": "SOL/USDT", "condition": "trailing", "value": 10, "direction": "up"},
    ),
    (
        "ALERT ME IF BTC ABOVE 100K",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
    ),
    (
        "Please alert me, if bitcoin is above 100,000.50!",
        {"type": "price", "pair": "BTC/USDT", "value": 100000.5, "condition": "above"},
    ),
    (
        "could you tell me when ethereum falls under $2.5k?",
        {"type": "price", "pair": "ETH/USDT", "value": 2500, "condition": "below"},
    ),
    (
        "notify me when BTC/EUR rises above 80000",
        {"type": "price", "pair": "BTC/EUR", "value": 80000, "condition": "above"},
    ),
    (
        "notify me when BTC/EUR rises above 80000 eur",
        {"type": "price", "pair": "BTC/EUR", "value": 80000, "condition": "above"},
    ),
    (
        "alert me when SOL goes up 10% within 2 hours",
        {
            "type": "price",
            "pair": "SOL/USDT",
            "condition": "change",
            "value": 10,
            "direction": "up",
            "window": "2h",
        },
    ),
    (
        "alert me when SOL moves 10% in a day",
        {
            "type": "price",
            "pair": "SOL/USDT",
            "condition": "change",
            "value": 10,
            "direction": "either",
            "window": "1d",
        },
    ),
    (
        "ping me when ADA falls to 0.5",
        {"type": "price", "pair": "ADA/USDT", "value": 0.5, "condition": "below"},
    ),
    (
        "tell me if DOGE is below 0,1",
        {"type": "price", "pair": "DOGE/USDT", "value": 0.1, "condition": "below"},
    ),
    (
        "alert if BTC drops by 3.5 percent in 30m",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "change",
            "value": 3.5,
            "direction": "down",
            "window": "30m",
        },
    ),
    (
        "alert me whenever ETH crosses below 2000",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "value": 2000,
            "condition": "cross",
            "direction": "down",
            "frequency": "every",
        },
    ),
    (
        "alert me when BTC breaks 100k",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "cross"},
    ),
    (
        "RSI of BTC above 70 and BTC above 100k",
        {
            "all": [
                {
                    "type": "indicator",
                    "pair": "BTC/USDT",
                    "indicator": {"name": "rsi"},
                    "condition": "above",
                    "value": 70,
                },
                {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
            ]
        },
    ),
    (
        "alert me if my portfolio exceeds 150k",
        {"type": "portfolio", "figure": "value", "value": 150000, "condition": "above"},
    ),
    (
        "alert me if my account rises 10% in 7 days",
        {"type": "portfolio", "condition": "change", "value": 10, "direction": "up", "window": "7d"},
    ),
    (
        "tell me if my ETH position makes more than 500",
        {"type": "portfolio", "pair": "ETH/USDT", "figure": "pnl", "condition": "above", "value": 500},
    ),
    (
        "alert me when BTC is 8% off the high or below 60000",
        {
            "any": [
                {
                    "type": "price",
                    "pair": "BTC/USDT",
                    "condition": "trailing",
                    "value": 8,
                    "direction": "down",
                },
                {"type": "price", "pair": "BTC/USDT", "value": 60000, "condition": "below"},
            ]
        },
    ),
    (
        "ETH touches the upper bollinger band on 4h",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "condition": "above",
            "against": {"indicator": {"name": "bollinger", "line": "upper"}},
            "timeframe": "4h",
        },
    ),
    (
        'alert me when BTC is above 100000 with the message "sell now", until tomorrow',
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-11-28T00:00:00Z",
            "message": "sell now",
        },
    ),
    (
        "alert me when BTC is above 100000 via discord and telegram",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "channels": ["discord", "telegram"],
        },
    ),
    (
        "alert me when BTC is above 100000 once per candle",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "frequency": "once_per_bar",
        },
    ),
    (
        "alert me if ETH is below 2000, every time, at most once per day",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "value": 2000,
            "condition": "below",
            "frequency": "every",
            "cooldownSeconds": 86400,
        },
    ),
    (
        "alert me if BTC drops below 60000 and then buy 0.1 BTC at 59000",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 60000,
            "condition": "below",
            "trade": {
                "action": "buy",
                "pair": "BTC/USDT",
                "type": "limit",
                "amount": 0.1,
                "amountType": "base",
                "price": 59000,
            },
        },
    ),
    (
        "alert me when the price of XRP is at least 3",
        {"type": "price", "pair": "XRP/USDT", "value": 3, "condition": "above"},
    ),
]
GERMAN: list[tuple[str, dict[str, Any]]] = [
    (
        "sag mir wenn BTC um 5 % steigt",
        {"type": "price", "pair": "BTC/USDT", "condition": "change", "value": 5, "direction": "up"},
    ),
    (
        "alarm wenn BTC über 100000",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
    ),
    (
        "gib bescheid falls ETH unter 2500 fällt",
        {"type": "price", "pair": "ETH/USDT", "value": 2500, "condition": "below"},
    ),
    (
        "gib bescheid falls ETH unter 2.500,50 fällt einmal, bis Freitag",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "value": 2500.5,
            "condition": "below",
            "expiresAt": "2026-11-28T00:00:00Z",
        },
    ),
    (
        "wenn der RSI von BTC unter 30",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "rsi"},
            "condition": "below",
            "value": 30,
        },
    ),
    (
        "wenn mein depot um 5% fällt",
        {"type": "portfolio", "condition": "change", "value": 5, "direction": "down"},
    ),
    (
        "sag mir wenn ETH in 1h um 5% fällt",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "condition": "change",
            "value": 5,
            "direction": "down",
            "window": "1h",
        },
    ),
    (
        "alarm wenn BTC 5% unter seinem hoch ist",
        {"type": "price", "pair": "BTC/USDT", "condition": "trailing", "value": 5, "direction": "down"},
    ),
    (
        "alarm wenn der MACD von BTC seine Signallinie kreuzt",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "macd"},
            "condition": "cross",
            "against": {"indicator": {"name": "macd", "line": "signal"}},
        },
    ),
    (
        "wenn SOL das untere Bollinger-Band berührt",
        {
            "type": "price",
            "pair": "SOL/USDT",
            "condition": "below",
            "against": {"indicator": {"name": "bollinger", "line": "lower"}},
        },
    ),
    (
        "wenn die 50-Tage-Linie von BTC die 200-Tage-Linie nach oben kreuzt",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "sma", "params": {"period": 50}},
            "condition": "cross",
            "direction": "up",
            "against": {"indicator": {"name": "sma", "params": {"period": 200}}},
            "timeframe": "1d",
        },
    ),
    (
        "wenn das Volumen von ETH über seinem Durchschnitt liegt",
        {
            "type": "indicator",
            "pair": "ETH/USDT",
            "indicator": {"name": "volume", "params": {"period": 1}},
            "condition": "above",
            "against": {"indicator": {"name": "volume"}},
        },
    ),
    (
        "wenn mein Depot unter 90.000 fällt",
        {"type": "portfolio", "figure": "value", "value": 90000, "condition": "below"},
    ),
    (
        "mein Drawdown über 10%",
        {"type": "portfolio", "figure": "drawdown", "condition": "above", "value": 10},
    ),
    (
        "wenn meine BTC Position mehr als 200 verliert",
        {"type": "portfolio", "pair": "BTC/USDT", "figure": "pnl", "condition": "below", "value": -200},
    ),
    (
        "jedes mal wenn BTC über 70k steigt",
        {"type": "price", "pair": "BTC/USDT", "value": 70000, "condition": "above", "frequency": "every"},
    ),
    (
        "alarm wenn BTC über 100000 steigt, höchstens alle 30 Minuten",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "frequency": "every",
            "cooldownSeconds": 1800,
        },
    ),
    (
        "alarm wenn BTC über 100000, bis heute abend 18 uhr, und sag: Gewinne mitnehmen",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-11-26T18:00:00Z",
            "message": "Gewinne mitnehmen",
        },
    ),
    (
        "alarm wenn BTC über 100000 auf telegram",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "channels": ["telegram"],
        },
    ),
    (
        "alarm wenn BTC unter 60000 fällt und dann kaufe für 100",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 60000,
            "condition": "below",
            "trade": {
                "action": "buy",
                "pair": "BTC/USDT",
                "type": "market",
                "amount": 100,
                "amountType": "quote",
            },
        },
    ),
    (
        "Bitte sag mir, wenn Bitcoin 100.000 erreicht!",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "cross"},
    ),
    (
        "ALARM WENN BTC ÜBER 100000",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
    ),
    (
        "Kannst du mir bitte Bescheid geben, wenn Bitcoin unter 95.000,50 fällt?",
        {"type": "price", "pair": "BTC/USDT", "value": 95000.5, "condition": "below"},
    ),
    (
        "benachrichtige mich wenn SOL um 10 Prozent steigt",
        {"type": "price", "pair": "SOL/USDT", "condition": "change", "value": 10, "direction": "up"},
    ),
    (
        "benachrichtige mich sobald ETH innerhalb von zwei Stunden um 4% fällt",
        {
            "type": "price",
            "pair": "ETH/USDT",
            "condition": "change",
            "value": 4,
            "direction": "down",
            "window": "2h",
        },
    ),
    (
        "warne mich wenn BTC/EUR unter 80000 eur fällt",
        {"type": "price", "pair": "BTC/EUR", "value": 80000, "condition": "below"},
    ),
    ("alarm bei BTC über 100k", {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"}),
    (
        "alarm wenn ETH 2.000 erreicht",
        {"type": "price", "pair": "ETH/USDT", "value": 2000, "condition": "cross"},
    ),
    (
        "sag mir bescheid wenn BTC 100k nach oben durchbricht",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "cross", "direction": "up"},
    ),
    (
        "melde dich wenn der RSI(7) von ETH über 70 auf 4h",
        {
            "type": "indicator",
            "pair": "ETH/USDT",
            "indicator": {"name": "rsi", "params": {"period": 7}},
            "condition": "above",
            "value": 70,
            "timeframe": "4h",
        },
    ),
    (
        "wenn RSI von SOL auf Tagesbasis unter 25 fällt",
        {
            "type": "indicator",
            "pair": "SOL/USDT",
            "indicator": {"name": "rsi"},
            "condition": "below",
            "value": 25,
            "timeframe": "1d",
        },
    ),
    (
        "wenn BTC das obere Bollinger-Band berührt",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "above",
            "against": {"indicator": {"name": "bollinger", "line": "upper"}},
        },
    ),
    (
        "wenn BTC unter die 200-Tage-Linie fällt",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "below",
            "against": {"indicator": {"name": "sma", "params": {"period": 200}}},
            "timeframe": "1d",
        },
    ),
    (
        "wenn mein Konto um 10% steigt",
        {"type": "portfolio", "condition": "change", "value": 10, "direction": "up"},
    ),
    (
        "wenn mein Portfolio über 150k steigt",
        {"type": "portfolio", "figure": "value", "value": 150000, "condition": "above"},
    ),
    (
        "wenn mein Drawdown 15% überschreitet",
        {"type": "portfolio", "figure": "drawdown", "condition": "above", "value": 15},
    ),
    (
        "wenn meine ETH Position mehr als 500 gewinnt",
        {"type": "portfolio", "pair": "ETH/USDT", "figure": "pnl", "condition": "above", "value": 500},
    ),
    (
        "alarm wenn BTC über 100k oder unter 80k",
        {
            "any": [
                {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
                {"type": "price", "pair": "BTC/USDT", "value": 80000, "condition": "below"},
            ]
        },
    ),
    (
        "alarm wenn BTC über 100k und ETH über 4k",
        {
            "all": [
                {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above"},
                {"type": "price", "pair": "ETH/USDT", "value": 4000, "condition": "above"},
            ]
        },
    ),
    (
        "immer wenn ETH unter 2000 fällt",
        {"type": "price", "pair": "ETH/USDT", "value": 2000, "condition": "below", "frequency": "every"},
    ),
    (
        "alarm wenn BTC über 100000, einmal pro Stunde",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "frequency": "every",
            "cooldownSeconds": 3600,
        },
    ),
    (
        "alarm wenn BTC über 100000, einmal pro Kerze",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "frequency": "once_per_bar",
        },
    ),
    (
        "alarm wenn BTC über 100000 bei jedem Kerzenschluss",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "frequency": "once_per_bar_close",
        },
    ),
    (
        "alarm wenn BTC über 100000 für zwei Tage",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-11-28T12:00:00Z",
        },
    ),
    (
        "alarm wenn BTC über 100000 bis 24.12.2026",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-12-25T00:00:00Z",
        },
    ),
    (
        "alarm wenn BTC über 100000 bis 24. Dezember um 9 Uhr",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-12-24T09:00:00Z",
        },
    ),
    (
        "alarm wenn BTC über 100000 bis morgen",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "expiresAt": "2026-11-28T00:00:00Z",
        },
    ),
    (
        "alarm wenn BTC über 100000 mit der Nachricht: jetzt verkaufen",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 100000,
            "condition": "above",
            "message": "jetzt verkaufen",
        },
    ),
    (
        "alarm wenn BTC über 100000 über discord",
        {"type": "price", "pair": "BTC/USDT", "value": 100000, "condition": "above", "channels": ["discord"]},
    ),
    (
        "alarm wenn BTC unter 60000 und analysiere BTC",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 60000,
            "condition": "below",
            "prompt": "analysiere BTC",
        },
    ),
    (
        "alarm wenn BTC unter 60000 fällt und dann kaufe 0,1 BTC",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "value": 60000,
            "condition": "below",
            "trade": {
                "action": "buy",
                "pair": "BTC/USDT",
                "type": "market",
                "amount": 0.1,
                "amountType": "base",
            },
        },
    ),
    (
        "alarm wenn ETH 5% über seinem Tief ist",
        {"type": "price", "pair": "ETH/USDT", "condition": "trailing", "value": 5, "direction": "up"},
    ),
    (
        "alarm wenn DOGE unter 0,1 fällt",
        {"type": "price", "pair": "DOGE/USDT", "value": 0.1, "condition": "below"},
    ),
    (
        "alarm wenn BTC unter 60 tausend",
        {"type": "price", "pair": "BTC/USDT", "value": 60000, "condition": "below"},
    ),
    (
        "gib Bescheid wenn XRP mindestens 3 ist",
        {"type": "price", "pair": "XRP/USDT", "value": 3, "condition": "above"},
    ),
    (
        "alarm wenn BTC mehr als 3% in 30 minuten fällt",
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "change",
            "value": 3,
            "direction": "down",
            "window": "30m",
        },
    ),
    (
        "alarm wenn Volumen von BTC über 5000",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "volume", "params": {"period": 1}},
            "condition": "above",
            "value": 5000,
        },
    ),
    (
        "alarm wenn ATR von BTC über 500 auf 1d",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "atr"},
            "condition": "above",
            "value": 500,
            "timeframe": "1d",
        },
    ),
    (
        "wenn EMA 50 von BTC EMA 200 kreuzt",
        {
            "type": "indicator",
            "pair": "BTC/USDT",
            "indicator": {"name": "ema", "params": {"period": 50}},
            "condition": "cross",
            "against": {"indicator": {"name": "ema", "params": {"period": 200}}},
        },
    ),
    (
        "alarm wenn sich ETH um 2% bewegt",
        {"type": "price", "pair": "ETH/USDT", "condition": "change", "value": 2, "direction": "either"},
    ),
    (
        "Sag mir, wenn Ethereum unter 2,5k fällt.",
        {"type": "price", "pair": "ETH/USDT", "value": 2500, "condition": "below"},
    ),
]
