"""Which of the two languages a message is written in."""

from collections.abc import Iterable

from agent.models.offline import sentences_de, sentences_en
from agent.models.offline.vocabulary import table_words
from tools.words.language import Language
from tools.words.lists import split_words

# What tells beside the words of the tables. Words of both languages, such as was and am, tell nothing.
_ENGLISH = frozenset(
    split_words("""
    above been below close drops entire flatten half leverage liquidate only purchase quarter reduce
    rises whole year which strategy strategies since last days weeks months fees without optimize compare
    """)
)
_GERMAN = frozenset(
    split_words("""
    abstand aufloesen ausloeser bestens betrag diese drittel einer eroeffne erwerbe ganze ganzen
    gehe gesamte gesamten gestern gewinnmitnahme gewinnziel glattstellen haelfte halbe halben hebel
    investiere investieren jahr kaufe kein keine komplett kursziel letztes limit liquidiere long mal
    marktpreis meines monate monatlich nur prozent pruefen reduzieren reduzierend schliess schliesse
    schliessen short stattdessen stuendlich taeglich tage tageschart unter verkaufe viertel wann
    wochen wochenchart woechentlich ziel backteste backtesten optimiere vergleiche vergleich strategie
    strategien seit letztes letzten gebuehren ohne januar februar maerz juni juli oktober dezember
    """)
)


_OWN = {
    Language.EN: _ENGLISH | table_words(sentences_en),
    Language.DE: _GERMAN | table_words(sentences_de),
}
_TELLING = {
    **dict.fromkeys(_OWN[Language.EN] - _OWN[Language.DE], 1),
    **dict.fromkeys(_OWN[Language.DE] - _OWN[Language.EN], -1),
}


def detect(words: Iterable[str]) -> Language | None:
    """Return the language most of these folded words belong to, None when they do not tell."""
    balance = sum(_TELLING.get(word, 0) for word in words)
    if balance == 0:
        return None
    return Language.EN if balance > 0 else Language.DE
