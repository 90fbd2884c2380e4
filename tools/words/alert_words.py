"""The words alerts are made of, in both languages, folded."""

from collections.abc import Mapping

from tools.words.lists import split_words

ABOVE = (
    "above|over|exceed|exceeds|more than|higher than|greater than|bigger than|at least|past|tops|beyond|"
    "ueber|oberhalb|groesser als|hoeher als|mehr als|mindestens|uebersteigt|ueberschreitet"
)
BELOW = (
    "below|under|beneath|less than|lower than|smaller than|at most|"
    "unter|unterhalb|kleiner als|niedriger als|tiefer als|weniger als|hoechstens|unterschreitet"
)
FALLS = (
    "drop|drops|dropped|dropping|fall|falls|fell|falling|dip|dips|decline|declines|sink|sinks|lose|loses|"
    "losing|lost|crash|crashes|decrease|decreases|goes down|go down|is down|down|dumps|dump|minus|"
    "faellt|fallen|gefallen|sinkt|sinken|gesunken|verliert|verlieren|nachgibt|einbricht|abstuerzt|abfaellt|"
    "runter geht|runtergeht|herunterfaellt|schrumpft"
)
RISES = (
    "rise|rises|rose|rising|climb|climbs|gain|gains|gaining|goes up|go up|is up|up|increase|increases|jump|"
    "jumps|pump|pumps|surge|surges|grow|grows|makes|make|earns|earn|wins|plus|"
    "steigt|steigen|gestiegen|klettert|klettern|zulegt|zulegen|waechst|anzieht|springt|gewinnt|gewinnen|"
    "hoch geht|hochgeht|rauf geht|verdient"
)
MOVES = "move|moves|moved|change|changes|bewegt|aendert|schwankt|veraendert"
CROSSES = (
    "cross|crosses|crossing|crossed|pass|passes|break|breaks|breaks through|hit|hits|reach|reaches|touch|"
    "touches|gets to|kreuzt|kreuzen|schneidet|durchbricht|durchstoesst|erreicht|erreichen|beruehrt|anfasst|"
    "knackt|trifft"
)
UPWARDS = "upwards|upward|from below|to the upside|aufwaerts|nach oben|von unten"
DOWNWARDS = "downwards|downward|from above|to the downside|abwaerts|nach unten|von oben"
LANDS = "at|to|on|bei|auf|zu"
"""Before a price: it gets there."""
BY = "by|um"
"""Before a distance."""

HIGH = (
    "high|highs|highest|peak|top|maximum|ath|hoch|hoechststand|hoechstkurs|hoechstwert|hoechsten|spitze|"
    "hoechsten stand"
)
LOW = "low|lows|lowest|bottom|minimum|tief|tiefststand|tiefstkurs|tiefstwert|tiefpunkt|tiefsten stand"
OWN = "its|the|their|a|ihrem|seinem|seinen|ihren|dem|vom|das|den|sein|ihr|der|die|einem"
FROM = "off|from|below|under|above|over|vom|von|unter|ueber|ab"
CLOSES = "closes|close|schliesst|schliessen"

PORTFOLIO = (
    "portfolio|portfolios|account|balance|equity|net worth|wallet|depot|depots|depotwert|konto|kontostand|"
    "vermoegen|kapital|portfoliowert"
)
DRAWDOWN = "max drawdown|drawdown|rueckgang|wertverlust"
POSITION = "position|positionen|positions|trade|long|short"
PROFIT = "pnl|profit|gewinn|guv|ergebnis"
LOSS = "loss|verlust"

CHANNELS = "telegram|discord|websocket|webhook"
CHANNEL_LEADS = "on|via|by|per|through|over|to|in|auf|ueber|bei|an|mit"

COUNTS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "a an one ein eine einen einem einer eines",
            "two zwei zwo",
            "three drei",
            "four vier",
            "five fuenf",
            "six sechs",
            "seven sieben",
            "eight acht",
            "nine neun",
            "ten zehn",
            "eleven elf",
            "twelve zwoelf",
        ),
        1,
    )
    for word in words.split()
}
SPANS: Mapping[str, int] = {
    word: seconds
    for seconds, words in (
        (1, "s sec secs second seconds sekunde sekunden"),
        (60, "m min mins minute minutes minuten"),
        (3_600, "h hr hrs hour hours stunde stunden"),
        (86_400, "d day days tag tage tagen"),
        (604_800, "w week weeks woche wochen"),
    )
    for word in words.split()
}
"""How long each unit of time is, in seconds."""

FILLERS = frozenset(
    split_words("""
    a an the my of if when once as soon me it is are was be
    gets get gets goes go going comes come moves to at on
    in by for from its their this that than then there has have had i we you an any new price prices value
    level market coin coins per alert alerts alarm tell notify warn ping message inform remind let know say
    something text set create add make give send want would like can could should and or now case event just
    only again percent also against with total whole all time time's trading traded currently falls line lines
    band bands average mean moving simple chart candles candle bar bars timeframe basis period hey hi kit
    hello ok shall must need needs
    wenn falls sobald bei mir mich der die das den dem des ein eine einen einem einer von vom im in zu zum auf
    an um ueber sag sage sagt melde melden gib gebe geben schreib schreibe bescheid benachrichtige informiere
    warne warn alarmiere erinnere setze setz stelle stell erstelle mach mache neuer neuen neu preis preises
    kurs kurses wert wertes geht gehen kommt kommen ist sind wird werden hat haben mein meine meinen meinem
    meiner meines sein seine seinen seinem seiner ihr ihre ihren ihrem ich du bitte es so dann dass jetzt auch
    nur noch wieder preisalarm kursalarm linie band baender schnitt durchschnitt kerze kerzen chart basis
    moechte will kannst koenntest dich sich fuer gerade aktuell insgesamt steht liegt notiert als gegen mit
    gesamtwert hallo
    """)
)
"""Words that lead to what an alert is about, and change nothing."""
