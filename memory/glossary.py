"""What a trading person's words are in the other language, so that a question finds both by its words."""

from collections.abc import Iterable, Mapping

from memory.terms import terms

TRANSLATED = 0.5
"""What a translated term counts beside one that was asked itself."""

# Each line is one meaning; a word may have several.
_MEANINGS = """
loss losses lose lost verlust verluste verloren verlieren minus drawdown
profit gain win winnings gewinn ertrag plus
return returns ertrag rendite
earn earned income verdienen verdient einkommen
risk risks risky risiko risiken riskieren riskant
trade trades trading deal handel handeln handle handelt geschaft geschafte
trader handler
buy bought purchase kaufen kaufe kauf gekauft
sell sold sale sales verkaufen verkaufe verkauf verkauft abgestossen
order orders auftrag auftrage
price quote kurs kurse preis preise
rise rose rising steigen steigt gestiegen steigende
fall fell falling drop dropped fallen fallt gefallen fallende
crash plunge slump absturz einbruch eingebrochen
market markets markt markte
exchange venue platform borse borsen handelsplatz plattform
bank sparkasse
account accounts konto konten
depot portfolio
balance saldo guthaben
deposit einzahlung einzahlen eingezahlt
withdraw withdrawal payout auszahlung auszahlen abhebung
transfer uberweisung uberweisen
fee fees commission commissions gebuhr gebuhren kosten provision
cost costs expense kosten ausgabe
spread slippage spanne
size amount grosse betrag menge summe
sum total summe
limit maximum cap ceiling grenze obergrenze hochstens hochstgrenze
minimum mindestens untergrenze
rule rules regel regeln
forbidden forbid ban banned verboten verbieten verbot
allowed allow permission erlaubt erlauben erlaubnis
approve approval confirm confirmation consent zustimmung genehmigung bestatigung bestatigen
stop stopp
target goal aim ziel ziele
plan plans planen
leverage hebel
margin sicherheitsleistung
borrow borrowed lend lent loan leihen geliehen kredit darlehen
debt owe owes schulden schuldet
mortgage hypothek baukredit
interest rate zins zinsen zinssatz
position positions bestand bestande
holding holdings bestand bestande besitz
coin coins munze munzen
token tokens
crypto cryptocurrency krypto kryptowahrung kryptowahrungen
currency wahrung
share shares stock stocks aktie aktien
bond bonds anleihe anleihen
fund funds fonds etf
dividend dividends distribution ausschuttung ausschuttungen dividende dividenden
savings save saving sparen spare erspartes ersparnisse sparplan
reserve cushion buffer reserve rucklage polster
cash liquid bargeld bar flussig
money geld
capital wealth assets kapital vermogen
gold silver metal gold silber metall edelmetall
dollar dollars usd
euro euros eur
franc francs franken chf
bitcoin btc
ether ethereum eth
solana sol
cardano ada
ripple xrp
dogecoin doge
litecoin ltc
polkadot dot
chainlink link
avalanche avax
cosmos atom
stake staked staking gestakt
lock locked gesperrt gebunden
wallet geldborse geldbeutel
key keys schlussel
password passwort kennwort
login sign anmeldung anmelden
seed backup sicherung wiederherstellung
device hardware gerat gerate
safe tresor
phone telefon handy
computer screen rechner computer bildschirm
app anwendung
message messages notification news meldung meldungen nachricht nachrichten
alert alarm alarm warnung
chart charts picture grafik bild diagramm
average durchschnitt mittel
trend direction richtung
breakout ausbruch
pullback retest rucksetzer rucklauf
resistance widerstand
support unterstutzung
indicator indikator kennzahl
volume turnover volumen umsatz
candle kerze tageskerze
signal signale
strategy method technique strategie methode technik
backtest test versuch
bot automation automatik
arbitrage difference preisunterschied
volatility schwankung volatilitat
bull bullish haussier aufwarts
bear bearish abwarts
entry enter einstieg einsteigen eroffnen
exit ausstieg aussteigen ausgestiegen
close closed schliessen geschlossen schluss
open opened eroffnen offen
hold keep halten behalten
short leerverkauf
long kaufposition
half halfte halbieren
third thirds drittel
quarter viertel quartal
tenth zehntel
double twice doppelt verdoppeln zweimal
percent prozent anteil
share portion anteil teil
tax taxes steuer steuern
accountant steuerberater steuerberaterin steuerkanzlei
revenue finanzamt
allowance freibetrag freistellung
deduct offset absetzen verrechnen
audit prufung
declaration erklarung steuererklarung
lawyer notary anwalt notar jurist
court lawsuit gericht klage
law legal gesetz rechtlich
contract vertrag
insurance policy versicherung
theft stolen steal diebstahl gestohlen
fraud scam scammers betrug betruger
inherit inheritance estate erbe erben geerbt nachlass erbschaft
pension retire retirement rente ruhestand altersvorsorge
rent lease miete mietvertrag
flat apartment wohnung
house home haus eigenheim
renovation renovierung umbau
car auto wagen
vehicle fahrzeug
child children kids kind kinder kleinen
daughter tochter
son sohn
wife frau ehefrau
husband mann ehemann
brother bruder
sister schwester
mother mutter
father vater
parents eltern
grandmother grandma grossmutter oma
grandfather grandpa grossvater opa
family relative relatives familie verwandter verwandten verwandte
friend friends freund freunde bekannte
boss employer chef arbeitgeber
colleague kollege
work job arbeit arbeiten
office buro arbeitszimmer
school schule
university studies study universitat studium
training course kurs
birthday geburtstag
holiday holidays vacation urlaub ferien
travel trip reise reisen
dog pet hund haustier
cat katze
doctor arzt
therapist therapeut therapeutin
health medical gesundheit gesundheitlich
sport sports football fussball
addiction gambling sucht spielsucht abhangigkeit
feeling mood emotion gefuhl stimmung laune
fear panic afraid angst panik furcht
angry anger wutend wut argern geargert
tired mude
greedy greed gierig gier
nervous nervos unruhig
patience patient geduld geduldig
weakness flaw schwache
strength starke
habit gewohnheit angewohnheit
mistake error blunder fehler irrtum
reason grund begrundung
lesson lehre lehren
journal diary tagebuch
note write written notieren schreiben aufschreiben schriftlich
review evaluate auswerten durchsehen
morning morgen vormittag
noon mittag
afternoon nachmittag
evening abend
night nacht
day daily tag taglich
week weekly woche wochentlich
month monthly monat monatlich
year years jahr jahre jahrlich
spring fruhling fruhjahr
summer sommer
autumn herbst
christmas weihnachten
easter ostern
january januar
february februar
march marz
may mai
june juni
july juli
october oktober
december dezember
monday mondays montag montags
tuesday tuesdays dienstag dienstags
wednesday mittwoch mittwochs
thursday thursdays donnerstag donnerstags
friday fridays freitag freitags
saturday samstag samstags
sunday sonntag sonntags
weekday wochentag
weekend wochenende
appointment meeting termin besprechung
deadline frist
industry industries branche branchen
company unternehmen firma
fed ecb notenbank zentralbank
ticket anfrage
number nummer
customer kunde
second zweite zweiten
first erste ersten
big large great gross grosse
small klein kleine
high hoch hohe
low niedrig tief
early fruh
late spat
strong stark
weak schwach
fast quick schnell hektisch
slow langsam
never nie niemals
always immer
answer reply replies antwort antworten
question frage
ask asked fragen gefragt
"""


def _read(meanings: str) -> dict[str, tuple[str, ...]]:
    known: dict[str, dict[str, None]] = {}
    for line in meanings.strip().splitlines():
        words = terms(line)
        for word in words:
            known.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    return {word: tuple(others) for word, others in known.items()}


_OTHERS = _read(_MEANINGS)


def widened(asked: Iterable[str]) -> Mapping[str, float]:
    """Return the terms of a question and their translations, with what each counts (1 or less)."""
    weights = dict.fromkeys(asked, 1.0)
    for term in list(weights):
        for other in _OTHERS.get(term, ()):
            weights.setdefault(other, TRANSLATED)
    return weights
