"""Which of the two languages a message is written in."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from agent.models.offline.lists import split_words


class Language(StrEnum):
    """A language that questions are understood and answered in."""

    EN = "en"
    DE = "de"


_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Return lower case without accents; umlauts become two letters, so Schließe is schliesse."""
    # Only accents are taken apart: in the wider forms 5² would become 52.
    composed = unicodedata.normalize("NFC", text).lower().translate(_FOLDED)
    spread = unicodedata.normalize("NFD", composed)
    return "".join(char for char in spread if not unicodedata.combining(char))


# Words that both languages spell alike (was, die, am, in, so, stop, chart) are in neither list.
_ENGLISH = frozenset(
    split_words("""
    the a my i you your what whats which who why when where how much many price of buy sell purchase
    close show me is are does do did at for with and or if tell above below drops rises every day
    week month year today this last please thanks thank hello order orders cancel move to half all
    everything history report balance positions watch unwatch watching alert alerts delete clear
    schedule morning send check jobs weekly optimize go pause resume remember about said say forget
    approve deny confirm help can platforms settings skills overview happening market movers analyze
    analysis bullish bearish good bye should it on leaderboard winning been worth cost value current
    latest daily hourly never mind nothing profit loss invest limit from list give yes no not dont
    """)
)
_GERMAN = frozenset(
    split_words("""
    der das den dem ein eine einen einer mein meine meiner meinen meinem ich du dir mir mich wie wer
    warum wann ist sind und oder nicht kein keine fuer von vom im zum zur um auf mit bei bitte danke
    hallo guten tag moin servus kauf kaufe kaufen verkauf verkaufe verkaufen preis preise kurs kurse
    kostet kosten zeig zeige analysiere analysieren marktanalyse indikatoren steht schliesse
    schliess schliessen storniere stornieren stornier wenn alarm alarme faellt steigt ueber unter
    loesche loeschen ueberwache ueberwachen mehr marktuebersicht uebersicht markt los vermoegen
    guthaben gewinn verlust verlauf bericht heute gestern woche monat jahr diese diesen letztes
    letzten alle alles haelfte viertel drittel hilfe hilf kannst koenntest moechte will habe hast
    viel wieviel positionen auftraege merk dir merke vergiss gesagt bestaetigen bestaetige ablehnen
    abbrechen lehne ab ja nein jeden taeglich stuendlich uhr minuten pruefen pruefe morgenbriefing
    wochenbericht backteste optimiere handel handle handeln automatisch pausiere weiter stoppe
    rangliste fuehrt verkauft gekauft einstellungen plattformen wert bist gehe eroeffne hebel jetzt
    mal doch wuerde gerne tschuess egal stattdessen nichts prozent auch wo geht es gibt neues
    beobachte soll sollte lohnt
    """)
)


def detect(words: Iterable[str]) -> Language | None:
    """Return the language most of these folded words belong to, None when they do not tell."""
    balance = 0
    for word in words:
        balance += (word in _ENGLISH) - (word in _GERMAN)
    if balance == 0:
        return None
    return Language.EN if balance > 0 else Language.DE
