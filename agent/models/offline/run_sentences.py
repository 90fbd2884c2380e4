"""How people speak of runs and of the arena, in both languages. Umlauts are folded by the patterns."""

from collections.abc import Mapping

from agent.models.offline.intents import Kind

RUN_SENTENCES_EN: Mapping[Kind, tuple[str, ...]] = {
    Kind.AUTONOMY: (
        "trade (autonomous|autonomously|automatically|by yourself|on your own|for me)",
        "(go|start|enable|turn on|switch to|activate) (auto|autonomous|auto trading|autotrading|autopilot|"
        "auto mode|automatic trading|autonomous trading|autonomous mode|trading)",
        "(autopilot|auto mode|autotrade|auto trade|auto trading) [on]",
    ),
    Kind.RUNS: (
        "[<show>] [<the>] [active|trading|open] runs",
        "(what|which) runs (do i have|are there|are running|are going|are active)",
        "(what|who) (trades|is trading) (by itself|on its own|for me|automatically)",
    ),
    Kind.PAUSE: (
        "pause [the|all] [trading|bot|everything]",
        "(hold|suspend) trading",
        "(pause|hold|suspend) [all] [of] [my|the] runs",
        "pause [the|my] run {rest}",
        "pause {rest}",
    ),
    Kind.RESUME: (
        "(resume|continue|restart|unpause) [the|all] [trading|bot]",
        "(keep|go on) trading",
        "(resume|continue|unpause) [all] [of] [my|the] runs",
        "(resume|continue|unpause) [the|my] run {rest}",
        "(resume|unpause) {rest}",
    ),
    Kind.RUN_STOP: (
        "(stop|end|finish|terminate) [all] [of] [my|the] runs",
        "(stop|end|finish|terminate) [the|my] run {rest}",
        "(stop|end|finish|terminate) [the|my] {auto} [run]",
    ),
    Kind.REDUCE: (
        "(exits|closing) only",
        "only (exits|closing) [from now on]",
        "(no|open no) new (positions|trades|entries)",
    ),
    Kind.LEADERBOARD: (
        "[<show>] [<the>] (leaderboard|standings|ranking|rankings|arena|scoreboard)",
        "(who is|whos) (winning|leading|ahead|best|first|on top|in the lead) [in the arena]",
        "(which|what) model is (winning|leading|best|ahead)",
        "how is the arena [going|doing]",
    ),
    Kind.WHY: (
        "why (did|has|does) {rest}",
        "why (is|was) {rest}",
        "explain (the|that|your|his) (trade|decision|last trade|last decision) [{rest}]",
    ),
}

RUN_SENTENCES_DE: Mapping[Kind, tuple[str, ...]] = {
    Kind.AUTONOMY: (
        "(handel|handle|handele|trade) (automatisch|autonom|selbststaendig|selbst|von allein|von selbst|"
        "fuer mich)",
        "(starte|aktiviere) [den|das] (autopilot|autopiloten|automatischen handel|automatisches trading|"
        "auto modus|automatik|autonomen modus|trading|handel|auto trading)",
        "(autopilot|automatik) (an|ein)",
        "automatisch handeln",
    ),
    Kind.RUNS: (
        "[<show>] [<the>] [aktiven] (laeufe|runs) [an]",
        "welche laeufe (habe ich|gibt es|laufen|sind aktiv)",
        "(was|wer) handelt (fuer mich|von selbst|automatisch|von allein)",
    ),
    Kind.PAUSE: (
        "(pausiere|pausier) [das|den] [trading|handel|bot|alles]",
        "(trading|handel) pausieren",
        "(mach|mache) [eine] pause",
        "(pausiere|pausier) [alle] [meine|die] (laeufe|runs)",
        "[alle] [meine|die] (laeufe|runs) pausieren",
        "(pausiere|pausier) [den|meinen] (lauf|run) {rest}",
        "(pausiere|pausier) {rest}",
    ),
    Kind.RESUME: (
        "(weiter|weiterhandeln|weiter handeln|weitermachen|mach weiter|handel weiter|handle weiter|setze "
        "fort|trading fortsetzen|handel fortsetzen|trading weiter|setze das trading fort|setze den handel "
        "fort)",
        "setze [alle] [meine|die] (laeufe|runs) fort",
        "[alle] [meine|die] (laeufe|runs) fortsetzen",
        "setze [den|meinen] (lauf|run) {rest} fort",
        "(lauf|run) {rest} fortsetzen",
        "weiter mit {rest}",
    ),
    Kind.RUN_STOP: (
        "(beende|beend|stoppe|stopp|stop) [alle] [meine|die] (laeufe|runs)",
        "[alle] [meine|die] (laeufe|runs) (beenden|stoppen)",
        "(beende|beend|stoppe|stopp) [den|meinen] (lauf|run) {rest}",
        "(beende|beend|stoppe|stopp) [den|meinen] {auto} [lauf|run]",
    ),
    Kind.REDUCE: (
        "nur noch (schliessen|aussteigen)",
        "(keine|eroeffne keine) neuen (positionen|trades|einstiege)",
    ),
    Kind.LEADERBOARD: (
        "[<show>] [<the>] (rangliste|bestenliste|tabelle|arena|rangfolge|leaderboard) [an]",
        "wer (fuehrt|gewinnt|ist vorne|liegt vorne|ist der beste|ist erster|liegt in fuehrung) [in der "
        "arena]",
        "welches modell (fuehrt|gewinnt|ist vorne|ist das beste)",
        "wie (laeuft|steht) die arena",
    ),
    Kind.WHY: (
        "(warum|wieso|weshalb) (hat|haben|ist|wurde|hast|hattest) {rest}",
        "erklaere (den|diesen|die) (trade|entscheidung|letzten trade|letzte entscheidung) [{rest}]",
    ),
}
