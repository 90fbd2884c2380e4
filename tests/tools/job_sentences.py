"""Sentences that ask for jobs in Berlin, each with what cron.add takes; it is noon of 2026-11-26, UTC."""

from typing import Any

ENGLISH_JOBS: list[tuple[str, dict[str, Any]]] = [
    (
        "every day at 18:00 send my portfolio",
        {
            "name": "portfolio",
            "schedule": "0 18 * * *",
            "prompt": "send my portfolio",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "morning briefing at 8",
        {
            "name": "morning_briefing",
            "schedule": "0 8 * * *",
            "prompt": "morning briefing",
            "timezone": "Europe/Berlin",
        },
    ),
    ("in 20 minutes check BTC", {"name": "check_btc", "schedule": "in 20 minutes", "prompt": "check BTC"}),
    (
        "weekly report",
        {
            "name": "weekly_report",
            "schedule": "0 18 * * 0",
            "prompt": "my weekly report",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "every monday at 9 market overview",
        {
            "name": "market_overview",
            "schedule": "0 9 * * 1",
            "prompt": "market overview",
            "timezone": "Europe/Berlin",
        },
    ),
    ("every 15 minutes check BTC", {"name": "check_btc", "schedule": "every 15m", "prompt": "check BTC"}),
    (
        "on weekdays at 8:30 morning briefing",
        {
            "name": "morning_briefing",
            "schedule": "30 8 * * 1-5",
            "prompt": "morning briefing",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "on the first of each month at 9 send my report",
        {"name": "report", "schedule": "0 9 1 * *", "prompt": "send my report", "timezone": "Europe/Berlin"},
    ),
    (
        "tomorrow at 7 analyze ETH",
        {
            "name": "analyze_eth",
            "schedule": "at 2026-11-27 07:00",
            "prompt": "analyze ETH",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "At 18:00 show my positions",
        {
            "name": "positions",
            "schedule": "at 2026-11-26 18:00",
            "prompt": "show my positions",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "every monday and thursday at 9am p&l this week",
        {
            "name": "p_l_this",
            "schedule": "0 9 * * 1,4",
            "prompt": "p&l this week",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "send me my portfolio every evening at 8",
        {
            "name": "portfolio",
            "schedule": "0 20 * * *",
            "prompt": "send me my portfolio",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "please remind me in 2 hours to check ETH",
        {"name": "check_eth", "schedule": "in 2 hours", "prompt": "Reminder: check ETH"},
    ),
    ("in an hour check BTC", {"name": "check_btc", "schedule": "in 1 hour", "prompt": "check BTC"}),
    (
        "on friday at 9 check BTC",
        {
            "name": "check_btc",
            "schedule": "at 2026-11-27 09:00",
            "prompt": "check BTC",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "on fridays at 9 check BTC",
        {"name": "check_btc", "schedule": "0 9 * * 5", "prompt": "check BTC", "timezone": "Europe/Berlin"},
    ),
    ("every hour check BTC", {"name": "check_btc", "schedule": "every 1h", "prompt": "check BTC"}),
    (
        "0 9 * * * send my portfolio",
        {
            "name": "portfolio",
            "schedule": "0 9 * * *",
            "prompt": "send my portfolio",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "on 2026-12-24 at 18:00 close summary",
        {
            "name": "close_summary",
            "schedule": "at 2026-12-24 18:00",
            "prompt": "close summary",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "schedule a daily report at 7am",
        {"name": "report", "schedule": "0 7 * * *", "prompt": "report", "timezone": "Europe/Berlin"},
    ),
    (
        "weekly report every sunday at 18:00",
        {
            "name": "weekly_report",
            "schedule": "0 18 * * 0",
            "prompt": "my weekly report",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "tonight at 8 check BTC",
        {
            "name": "check_btc",
            "schedule": "at 2026-11-26 20:00",
            "prompt": "check BTC",
            "timezone": "Europe/Berlin",
        },
    ),
]
GERMAN_JOBS: list[tuple[str, dict[str, Any]]] = [
    (
        "jeden tag um 18 uhr mein portfolio",
        {
            "name": "portfolio",
            "schedule": "0 18 * * *",
            "prompt": "mein portfolio",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "morgenbriefing um 8",
        {
            "name": "morgenbriefing",
            "schedule": "0 8 * * *",
            "prompt": "morgenbriefing",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "in 20 minuten BTC prüfen",
        {"name": "btc_pruefen", "schedule": "in 20 minutes", "prompt": "BTC prüfen"},
    ),
    (
        "wochenbericht",
        {
            "name": "wochenbericht",
            "schedule": "0 18 * * 0",
            "prompt": "mein wochenbericht",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "jeden montag um 9 Marktübersicht",
        {
            "name": "marktuebersicht",
            "schedule": "0 9 * * 1",
            "prompt": "Marktübersicht",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "werktags um 8:30 Morgenbriefing",
        {
            "name": "morgenbriefing",
            "schedule": "30 8 * * 1-5",
            "prompt": "Morgenbriefing",
            "timezone": "Europe/Berlin",
        },
    ),
    ("alle 15 minuten preis BTC", {"name": "preis_btc", "schedule": "every 15m", "prompt": "preis BTC"}),
    (
        "am ersten jedes monats um 9 mein Bericht",
        {"name": "bericht", "schedule": "0 9 1 * *", "prompt": "mein Bericht", "timezone": "Europe/Berlin"},
    ),
    (
        "morgen um 7 analysiere ETH",
        {
            "name": "analysiere_eth",
            "schedule": "at 2026-11-27 07:00",
            "prompt": "analysiere ETH",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "um 18 uhr 30 zeig meine Positionen",
        {
            "name": "positionen",
            "schedule": "at 2026-11-26 18:30",
            "prompt": "zeig meine Positionen",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "montags um 9 gewinn diese woche",
        {
            "name": "gewinn_diese_woche",
            "schedule": "0 9 * * 1",
            "prompt": "gewinn diese woche",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "erinnere mich in zwei stunden an ETH",
        {"name": "eth", "schedule": "in 2 hours", "prompt": "Erinnerung: ETH"},
    ),
    (
        "Bitte schick mir jeden Abend um 20 Uhr mein Portfolio",
        {
            "name": "portfolio",
            "schedule": "0 20 * * *",
            "prompt": "schick mir mein Portfolio",
            "timezone": "Europe/Berlin",
        },
    ),
    (
        "am 24.12. um 18 uhr preis BTC",
        {
            "name": "preis_btc",
            "schedule": "at 2026-12-24 18:00",
            "prompt": "preis BTC",
            "timezone": "Europe/Berlin",
        },
    ),
]
