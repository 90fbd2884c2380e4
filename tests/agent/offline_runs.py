"""What people say of runs and of the arena, with the calls that it leads to at once."""

from tests.agent.offline_driver import Call

BOARD: list[Call] = [("arena_leaderboard", {}), ("chart_leaderboard", {})]
ASKED: list[Call] = [("arena_leaderboard", {})]
LISTED: list[Call] = [("runs_list", {"limit": 50})]
PROPOSED: list[Call] = [*LISTED, ("watchlist_list", {})]
PAUSED: list[Call] = [("runs_pause", {})]
RESUMED: list[Call] = [("runs_resume", {}), ("trading_status", {})]
STOPPED: list[Call] = [("runs_stop", {})]

RUN_CALLS: list[tuple[str, list[Call]]] = [
    ("trade autonomous", PROPOSED),
    ("go auto", PROPOSED),
    ("trade for me", PROPOSED),
    ("start auto trading", PROPOSED),
    ("handel automatisch", PROPOSED),
    ("starte den autopilot", PROPOSED),
    ("my runs", LISTED),
    ("which runs are going?", LISTED),
    ("meine Läufe", LISTED),
    ("was handelt von selbst", LISTED),
    ("pause trading", PAUSED),
    ("pause my runs", PAUSED),
    ("pause all of my runs", PAUSED),
    ("pausiere trading", PAUSED),
    ("pausiere alle meine Läufe", PAUSED),
    ("meine Läufe pausieren", PAUSED),
    ("pause momentum", LISTED),
    ("pause run LLM-A", LISTED),
    ("pausiere den Lauf momentum", LISTED),
    ("resume trading", RESUMED),
    ("resume my runs", RESUMED),
    ("weiter handeln", RESUMED),
    ("setze meine Läufe fort", RESUMED),
    ("resume momentum", LISTED),
    ("setze den Lauf momentum fort", LISTED),
    ("stop my runs", STOPPED),
    ("end all runs", STOPPED),
    ("beende meine Läufe", STOPPED),
    ("alle meine Läufe stoppen", STOPPED),
    ("stop run momentum", LISTED),
    ("stop auto", LISTED),
    ("beende den Lauf momentum", LISTED),
    ("leaderboard", BOARD),
    ("show me the leaderboard", BOARD),
    ("who is winning", BOARD),
    ("who's ahead in the arena?", BOARD),
    ("rangliste", BOARD),
    ("zeig die Rangliste", BOARD),
    ("wer führt", BOARD),
    ("wer führt in der Arena?", BOARD),
    ("why did A sell", ASKED),
    ("why did LLM-A sell ETH?", ASKED),
    ("why did Claude buy?", ASKED),
    ("explain the last decision", ASKED),
    ("warum hat A verkauft", ASKED),
    ("wieso hat Claude gekauft?", ASKED),
    ("erkläre die Entscheidung von LLM-A", ASKED),
]
