"""Both languages say the same things."""

import string

from bot.table import ROWS
from bot.voice import PHRASES
from tools.errors import Code
from tools.words.alert_gaps import AlertGap, JobGap
from tools.words.gaps import Gap
from tools.words.language import Language

EN, DE = PHRASES[Language.EN], PHRASES[Language.DE]


def places(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_every_phrase_is_there_in_both_languages_with_the_same_places() -> None:
    assert {key: places(phrase) for key, phrase in EN.items()} == {
        key: places(phrase) for key, phrase in DE.items()
    }


def test_every_command_option_gap_and_error_has_words() -> None:
    keys = {
        *(f"summary.{row.name}" for row in ROWS),
        *(f"usage.{row.name}" for row in ROWS),
        *(f"group.{row.group}" for row in ROWS),
        *(f"option.{slot.name}" for row in ROWS for slot in row.slots),
        *(f"gap.{gap}" for gap in Gap),
        *(f"alert.gap.{gap}" for gap in AlertGap),
        *(f"job.gap.{gap}" for gap in JobGap),
        *(f"error.{code}" for code in Code),
    }
    assert keys - set(EN) == set()
