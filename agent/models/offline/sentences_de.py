"""How people ask in German: patterns per kind, in the language of `patterns`. Umlauts are folded by it."""

from collections.abc import Mapping

from agent.models.offline.automation_sentences_de import AUTOMATION_SENTENCES
from agent.models.offline.intents import Kind
from agent.models.offline.order_sentences_de import ORDER_SENTENCES
from agent.models.offline.run_sentences import RUN_SENTENCES_DE

MACROS: Mapping[str, str] = {
    "show": "zeig|zeige|zeig mir|zeige mir|gib mir|gib|nenn mir|nenne mir|sag mir|liste|anzeigen|was ist|"
    "was sind|lass mich|wie ist|wie sind|wie lautet|wie sieht|schau",
    "the": "der|die|das|den|dem|mein|meine|meinen|meiner|alle|alle meine|aktuelle|aktueller|aktuellen|die "
    "aktuellen|den aktuellen|der aktuelle|unsere",
    "on": "[auf|im|in|fuer|auf der] [dem|der|den] {tf} [chart|zeitebene|kerzen|basis|sicht]",
    "of": "von|fuer|vom|zu|zum|bei|des|der|von meinem|auf",
    "drop": "storniere|stornier|stornieren|loesche|streiche|entferne",
    "dropping": "stornieren|loeschen|streichen|entfernen|abbrechen",
    "orders": "orders|order|auftraege",
    "my": "den|die|das|meinen|mein|meine|einen|ein",
    "pull": "zieh|ziehe",
    "set": "setze|setz|verschiebe|zieh|ziehe|aendere|stelle|stell|lege|leg|platziere",
    "setting": "setzen|verschieben|ziehen|nachziehen|aendern|stellen|legen|platzieren|nach",
    "a": "ein|eine|einen|der|die|das|1",
    "look": "bullish|bearish|bullisch|baerisch|ueberkauft|ueberverkauft|stark|schwach|neutral|ein kauf|ein "
    "verkauf|im aufwaertstrend|im abwaertstrend|gut|guenstig|teuer|am steigen|am fallen|kaufenswert",
}

SENTENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.PRICE: (
        "[aktueller|aktuelle|der|die|den] (preis|kurs|preise|kurse|wert) [<of>] [<a>] {pairs}",
        "{pairs} (preis|kurs|preise|kurse|wert)",
        "<show> [<the>] (preis|kurs|preise|kurse|wert|stand) [<of>] {pairs} [an]",
        "<show> [<the>] {pairs} (preis|kurs|preise|kurse) [an]",
        "was (kostet|kosten) [<a>] {pairs}",
        "wie (viel|teuer) (ist|kostet|sind|kosten) [<a>] {pairs} [wert]",
        "wieviel (ist|kostet|sind|kosten) [<a>] {pairs} [wert]",
        "wie (hoch|tief) ist [der|die] (preis|kurs) [<of>] {pairs}",
        "wie hoch (ist|steht) [der] {pairs} [kurs|preis]",
        "was (ist|sind) [<a>] {pairs} [wert]",
        "(wo|bei wie viel|bei wieviel) (steht|liegt|ist) [der] (kurs|preis) [<of>] {pairs}",
        "(wo|bei wie viel|bei wieviel) (steht|liegt|ist) {pairs}",
        "wie steht [der] (kurs|preis) [<of>] {pairs}",
        "welchen (kurs|preis) (hat|haben) {pairs}",
    ),
    Kind.ANALYSIS: (
        "(analysiere|analysier|analysieren|untersuche|pruefe) [mir] [den|die|das] {pairs} [markt|chart] "
        "[<on>]",
        "{pairs} [<on>] (analysieren|untersuchen)",
        "[technische|schnelle|kurze] (analyse|marktanalyse|chartanalyse) [<of>] {pairs} [<on>]",
        "(mach|mache|erstelle|gib mir|zeig mir|zeig) [mir] [eine|die] [technische|kurze] (analyse|"
        "marktanalyse|chartanalyse) [<of>] {pairs} [<on>]",
        "{pairs} [technische] (analyse|marktanalyse|chartanalyse|ausblick|prognose|trend|signal|signale|"
        "indikatoren) [<on>]",
        "[<show>] [<the>] (indikatoren|indikator|signale|signal|rsi|macd|trend|ausblick|prognose|"
        "unterstuetzung|unterstuetzungen|widerstand|widerstaende|stimmung|lage|atr|bollinger) [<of>] "
        "{pairs} [<on>] [aus]",
        "wie (steht|stehen|laeuft|laufen|gehts|geht es|entwickelt sich) [es um|mit|denn] {pairs} [heute] "
        "[<on>]",
        "wie (stehts|steht es|siehts|sieht es) (um|mit|bei) {pairs} [aus] [heute]",
        "wie (sieht|sehen) [der] {pairs} [chart] [<on>] [aus] [heute]",
        "(ist|sind|wirkt) {pairs} [noch|gerade|aktuell|momentan] <look> [<on>]",
        "(ist|sind) {pairs} <look> oder <look> [<on>]",
        "was (haeltst|denkst|meinst) du (von|ueber|zu) {pairs}",
        "(steigt|faellt|steigen|fallen) {pairs} [heute|bald|morgen|noch|weiter]",
        "wird {pairs} [heute|bald|noch] (steigen|fallen)",
        "was ist (mit|los mit|bei) {pairs} [los]",
        "was macht [der] {pairs} [kurs]",
    ),
    Kind.ADVICE: (
        "(soll|sollte|muss) ich [jetzt|heute|noch] [meine|mein|meinen] {pairs} [jetzt|heute|noch|lieber] "
        "(kaufen|verkaufen|halten|shorten|kaufen oder verkaufen|halten oder verkaufen|nachkaufen|longen|"
        "behalten)",
        "(soll|sollte) ich in {pairs} (investieren|einsteigen)",
        "wuerdest du [jetzt|heute] [meine] {pairs} [jetzt|heute] (kaufen|verkaufen|halten)",
        "ist (es|jetzt) [ein|eine|der|die] (guter|gute|richtige|richtiger) (zeitpunkt|zeit|moment) um "
        "{pairs} zu (kaufen|verkaufen)",
        "(lohnt|lohnen) sich [jetzt] {pairs} [noch|jetzt]",
        "(empfiehlst|raetst) du [mir] {pairs} [zu kaufen|zu verkaufen]",
        "was soll ich mit [meinen|meinem] {pairs} (machen|tun)",
    ),
    Kind.OVERVIEW: (
        "[<show>] [<the>] (marktuebersicht|maerkte|markt|marktlage|marktbericht|marktanalyse|kurse) [an]",
        "[eine|die] uebersicht [ueber den markt|vom markt|des marktes]",
        "was (ist|gibt es|gibts) [heute] (los|neues|neu) [am|im|auf dem] [markt|kryptomarkt] [heute]",
        "was passiert [gerade|heute] [am|im|auf dem] [markt|kryptomarkt]",
        "was (geht|geht ab) [am|im] markt",
        "wie (ist|steht|laeuft|sieht) [es am|der] (markt|kryptomarkt) [aus] [heute]",
        "[<show>] [<the>] (gewinner|verlierer|top gewinner|groessten gewinner|groessten verlierer|"
        "groessten bewegungen) [am markt|des tages]",
        "analysiere den markt",
    ),
    Kind.CHART: (
        "[<show>] [<the>] (chart|kerzen|diagramm|verlauf|kursverlauf) [<of>] {pairs} [<on>] [an]",
        "(zeig|zeige|zeig mir|zeige mir|gib mir) [den|die|das] [{tf}] (chart|kerzen|diagramm) [<of>] {pairs}",
        "(zeig|zeige|zeig mir|zeige mir|gib mir) [den|die|das] {pairs} [<on>] [chart|kerzen|diagramm] [an]",
        "[<show>] [<the>] {pairs} (chart|kerzen|diagramm|kursverlauf) [<on>] [an]",
        "{pairs} <on>",
    ),
    **ORDER_SENTENCES,
    Kind.WAITING: (
        "was wartet [noch] [auf] [meine] [freigabe|bestaetigung|genehmigung]",
        "[<show>] [<the>] [offene|offenen] (freigaben|genehmigungen|bestaetigungen) [an]",
        "was muss ich [noch] (freigeben|bestaetigen|genehmigen)",
    ),
    Kind.LIMITS: (
        "[<show>] [<the>] (limits|risikolimits|grenzen|risikogrenzen) [an]",
        "(was|wie|wie hoch) sind meine (limits|risikolimits|grenzen|risikogrenzen)",
        "(wie viel|wieviel) darf ich (riskieren|verlieren)",
    ),
    Kind.PORTFOLIO: (
        "[<show>] [<the>] (portfolio|vermoegen|guthaben|kontostand|konto|depot|bestand|bestaende|saldo|"
        "wallet|geld) [an|wert|uebersicht|aus]",
        "(wie viel|wieviel) [geld|guthaben|vermoegen|usdt] (habe|hab) ich [noch|gerade|insgesamt]",
        "(wie viel|wieviel) (ist|sind) (mein|meine) (portfolio|depot|konto|bestaende) [wert]",
        "(was|was alles) (habe|besitze|halte) ich [alles|im depot|im portfolio]",
        "wie (geht es|gehts|steht|laeuft|sieht) [es] [um|mit] (mein|meinem|meinen) (portfolio|depot|konto) "
        "[aus]",
        "wie hoch ist mein (guthaben|vermoegen|kontostand|saldo)",
    ),
    Kind.HOLDING: (
        "(wie viel|wie viele|wieviel|wieviele) {pair} (habe|hab|besitze|halte) ich [noch]",
        "(habe|besitze|halte) ich [noch] {pair}",
        "(wie viel|wieviel|was) (ist|sind) (mein|meine) {pair} wert",
        "[<show>] (mein|meine|meinen) {pair} [bestand|guthaben] [an]",
        "{pair} (bestand|guthaben)",
    ),
    Kind.POSITIONS: (
        "[<show>] [<the>] [offene|offenen] (positionen|position) [an]",
        "welche positionen (habe ich|sind) [offen]",
        "(habe ich|gibt es) [noch] [offene] positionen",
        "wie (laufen|stehen) meine (positionen|trades)",
    ),
    Kind.PNL: (
        "[<show>] [<the>] (gewinn|gewinne|verlust|verluste|gewinn und verlust|pnl|guv|rendite|performance|"
        "ertrag|bilanz) [im|in|der|die|fuer|von] [{period}] [aus]",
        "[{period}] (gewinn|rendite|performance|bilanz|pnl)",
        "(wie viel|wieviel|was) (habe|hab) ich [{period}] [gewinn|verlust] (verdient|gewonnen|verloren|"
        "gemacht|erwirtschaftet)",
        "(wie viel|wieviel) (gewinn|verlust) (habe|hab) ich [{period}] [gemacht]",
        "(bin ich im|habe ich) (plus|minus|gewinn|verlust) [{period}] [gemacht]",
        "wie (laeuft es|laeufts|lief es) [bei mir] [{period}]",
    ),
    Kind.HISTORY: (
        "[<show>] [<the>] (verlauf|historie|handelsverlauf|handelshistorie|trade historie|transaktionen|"
        "trades|geschaefte) [<of>] [{pair}] [an]",
        "[<show>] [<the>] (letzten|letzte|vergangenen) [{n}] (trades|geschaefte|transaktionen) [<of>] "
        "[{pair}] [an]",
        "[<show>] meine (letzten|letzte) [{n}] (trades|geschaefte|transaktionen) [<of>] [{pair}] [an]",
        "[<show>] [der|den|mein|meinen] (letzter|letzten|letzte) (trade|handel) [<of>] [{pair}]",
        "was habe ich [heute|zuletzt] (gehandelt|gekauft|verkauft)",
    ),
    Kind.REPORT: (
        "[<show>] [<the>|einen|ein] (bericht|tagesbericht|zusammenfassung|report|lagebericht|"
        "statusbericht) [an] [{period}]",
        "(schick|schicke|sende|schreib|erstelle|mach) [mir] [einen|den|eine] (bericht|zusammenfassung|"
        "tagesbericht)",
        "(schick|schicke|sende|schreib|erstelle|mach|zeig) [mir] [einen|den|meinen] {weeklog}",
        "(mein|meinen|den|der) {weeklog}",
    ),
    Kind.WATCH: (
        "(ueberwache|beobachte|verfolge|behalte) [den] {pairs} [kurs|im auge]",
        "{pairs} (ueberwachen|beobachten|verfolgen)",
        "(setze|setz|nimm|fuege) {pairs} (auf die|auf meine|zur|in die) watchlist [hinzu|auf]",
    ),
    Kind.UNWATCH: (
        "{pairs} nicht [laenger|mehr] (ueberwachen|beobachten|verfolgen)",
        "nicht [laenger|mehr] {pairs} (ueberwachen|beobachten)",
        "(ueberwache|beobachte) {pairs} nicht [mehr|laenger]",
        "nicht mehr (ueberwachen|beobachten) [{pairs}]",
        "(entferne|loesche|nimm) {pairs} (von|aus) (der|meiner) watchlist",
    ),
    Kind.WATCHLIST: (
        "[<show>] [<the>] (watchlist|beobachtungsliste|merkliste) [an]",
        "was (beobachte|ueberwache|ueberwachst|beobachtest) (ich|du)",
    ),
    **AUTOMATION_SENTENCES,
    Kind.BACKTEST: (
        "(mach|mache|starte) [einen|noch einen|mir einen] backtest",
        "einen backtest [machen|starten]",
    ),
    Kind.STRATEGIES: (
        "[<show>] [<the>|alle] [handels] (strategien|handelsstrategien|trading strategien) [an]",
        "welche [trading] (strategien|handelsstrategien) (gibt es|kennst du|hast du|kannst du|kann ich "
        "testen|"
        "kann ich backtesten|kannst du testen|kannst du backtesten|sind da)",
    ),
    Kind.BACKTEST_LIST: (
        "[<show>] [<the>|meine letzten|alle meine|letzte|frueheren] (backtests|optimierungen) [an]",
        "welche backtests (habe ich gemacht|gibt es|habe ich|laufen)",
    ),
    Kind.BACKTEST_LAST: (
        "[<show>] (meinen letzten|den letzten|letzten|letzter|mein letzter|meinen|den|meine letzte|die "
        "letzte) (backtest|"
        "optimierung) [an|nochmal]",
        "(was|wie) (hat|war) mein letzter backtest [gebracht|gelaufen|ergeben]",
    ),
    Kind.BACKTEST_CANCEL: (
        "(brich|breche) [den|meinen|die|alle] [laufenden] (backtest|backtests|optimierung) ab",
        "(stoppe|stopp|beende|storniere|cancel) [den|meinen|die|alle] [laufenden] (backtest|backtests|"
        "optimierung)",
        "[den|meinen|die] [laufenden] (backtest|optimierung) (abbrechen|stoppen|beenden)",
    ),
    **RUN_SENTENCES_DE,
    Kind.HALT: (
        "(stoppe|stop|beende|beend|halte) [das|den] (trading|handel|handeln|bot|alles|autopilot) [an]",
        "(trading|handel) (stoppen|beenden|anhalten)",
        "(halt|stopp|notaus|not aus|notstopp|alles stoppen|aufhoeren|hoer auf|hoer auf zu handeln|handel "
        "aus)",
    ),
    Kind.REMEMBER: (
        "(merk|merke) dir [dass] {rest}",
        "(notiere|notier|speichere) [dir] [dass] {rest}",
        "vergiss nicht [dass] {rest}",
    ),
    Kind.RECALL: (
        "was habe ich [dir] (ueber|zu|zum|von) {rest} (gesagt|erzaehlt|geschrieben|notiert)",
        "was weisst du (ueber|von|zu) {rest}",
        "(erinnerst du dich|weisst du noch) {rest}",
        "was hast du dir [ueber] {rest} gemerkt",
    ),
    Kind.FORGET: (
        "vergiss was ich [dir] (ueber|zu|von) {rest} (gesagt|erzaehlt|geschrieben) habe",
        "vergiss [das|dass|alles ueber] {rest}",
        "vergiss alles",
    ),
    Kind.UNDO: ("(nimm (das|es) [wieder] zurueck|mach (das|es) rueckgaengig|rueckgaengig)",),
    Kind.APPROVE: (
        "(bestaetigen|bestaetige|bestaetigt|genehmigen|genehmige|freigeben|ja|jawohl|ja mach|mach das|"
        "einverstanden|passt) [{n}]",
    ),
    Kind.DENY: (
        "(ablehnen|abgelehnt|lehne ab|ablehne|abbrechen|abbruch|brich ab|nein|nee|verwerfen|stornieren|"
        "lehne [das] ab) [{n}]",
    ),
    Kind.STATUS: (
        "[<show>] [<the>] (status|systemstatus|zustand) [an]",
        "(bist du|laeufst du) (da|online|wach|noch da|noch|erreichbar|bereit)",
        "(laeuft|funktioniert) alles",
        "ist alles (ok|okay|in ordnung|gut)",
    ),
    Kind.HELP: (
        "(hilfe|hilf mir|hilf|hilfe bitte|anleitung|menue)",
        "[<show>] [<the>] (befehle|kommandos|beispiele|moeglichkeiten) [an]",
        "was (kannst|kann) (du|ich|kit|man) [alles|hier] [machen|tun|fragen|fuer mich tun|sagen|schreiben|"
        "eingeben]",
        "(wie funktioniert das|wie geht das|wie benutze ich dich|was jetzt|was verstehst du|was tust du|"
        "was machst du)",
    ),
    Kind.EXPLAIN: (
        "was (ist|sind|bedeutet|bedeuten|heisst|meint|macht) [<a>|den|dieser|diese] {term} [genau]",
        "was (versteht man|verstehst du) unter [einem|einer|dem|der] {term}",
        "(erklaer|erklaere|erlaeutere|definiere) [mir] [was] [<a>|den] {term} [ist|sind|bedeutet|heisst]",
        "(sag|sage) [mir] was [<a>|den] {term} (ist|sind|bedeutet|heisst)",
        "was [<a>|den] {term} (ist|bedeutet|heisst)",
        "wie (funktioniert|funktionieren|geht) [<a>] {term}",
        "[die] (bedeutung|erklaerung) (von|des|der) {term}",
        "{term} (bedeutung|erklaerung|erklaert)",
    ),
    Kind.SKILLS: (
        "[<show>] [<the>|deine] (faehigkeiten|skills) [an]",
        "welche (faehigkeiten|skills|werkzeuge) (hast du|gibt es)",
    ),
    Kind.PLATFORMS: (
        "[<show>] [<the>] (plattformen|boersen|kanaele|verbindungen) [an]",
        "welche (plattformen|boersen|kanaele) (gibt es|unterstuetzt du|werden unterstuetzt|sind verbunden|"
        "kannst du)",
    ),
    Kind.MODEL: (
        "[<show>] [<the>|dein] (modell|modelle|sprachmodell) [an]",
        "welches (modell|sprachmodell) (bist du|nutzt du|benutzt du|verwendest du|laeuft|ist das)",
    ),
    Kind.SETTINGS: ("[<show>|oeffne|aendere] [<the>|deine] (einstellungen|konfiguration) [an]",),
    Kind.IDENTITY: (
        "(wer|was) (bist du|ist kit|ist das|seid ihr)",
        "wie heisst du",
        "bist du (ein bot|ein mensch|eine ki|echt|ein roboter|kit|menschlich)",
        "stell dich vor",
    ),
    Kind.GREETING: (
        "(hallo|moin|moin moin|servus|gruess dich|gruess gott|gruezi|guten tag|guten morgen|guten abend|"
        "morgen|tag|tach|na) [kit|zusammen|du]",
        "[hallo] (wie gehts|wie geht es dir|wie gehts dir|na wie gehts|alles klar|was geht)",
    ),
    Kind.THANKS: (
        "(danke|dankeschoen|vielen dank|danke schoen|danke dir|herzlichen dank|besten dank|merci) [kit|dir|"
        "sehr|fuer die hilfe|fuer deine hilfe]",
        "(super|toll|prima|klasse|perfekt|gut|sehr gut|gut gemacht|okay|ok|alles klar|verstanden) [danke|"
        "danke dir|kit]",
    ),
    Kind.GOODBYE: (
        "(tschuess|tschuss|auf wiedersehen|bis bald|bis spaeter|bis dann|bis morgen|gute nacht|ciao|tschau|"
        "servus kit|exit|quit|q|beenden|beende|ende|verlassen|abmelden|feierabend) [kit]",
        "([den|das] (chat|gespraech|unterhaltung) (beenden|schliessen|verlassen))",
        "(beende|schliesse|verlasse) [den|das|die|diesen|dieses] (chat|gespraech|unterhaltung)",
    ),
    Kind.DROPPED: (
        "(egal|vergiss es|lass es|lass gut sein|nichts|doch nicht|schon gut|lieber nicht|lass [das])",
    ),
}

FOLLOW_UPS: tuple[str, ...] = (
    "[und|oder|jetzt|und jetzt] [wie steht es mit|wie sieht es aus mit|wie stehts mit|was ist mit|wie ist "
    "es mit|wie sieht es mit] [fuer|bei|von|mit|der|die] {pairs} [auch|aus] [<on>]",
    "(dasselbe|das gleiche|genauso) (fuer|mit|bei) {pairs}",
    "[und|jetzt] [was ist mit] <on>",
    "[und|jetzt] [was ist mit|wie war es] [im|in|der|die|fuer] {period}",
)

PREFIXES = (
    "hey|hi|hallo|ok|okay|also|so|kit|dann|jetzt|nun|gut|moin|servus|danke|ja|kannst du|koenntest du|"
    "kannst du mir|koenntest du mir|ich moechte|ich will|ich wuerde gern|ich wuerde gerne|ich "
    "haette gern|ich haette gerne|lass uns|bitte|mir|ich brauche|ich muss|du sollst|guten morgen|guten tag|"
    "guten abend|hallo kit|ich moechte wissen|weisst du|kannst du mir sagen|ich will wissen|ich moechte "
    "gern|ich moechte gerne|sag mir|sag|einfach|schnell"
)
SUFFIXES = (
    "danke|danke dir|jetzt|gerade|fuer mich|aktuell|im moment|momentan|"
    "sofort|kit|denn jetzt|heute noch|zeigen|anzeigen|wissen|sagen"
)
