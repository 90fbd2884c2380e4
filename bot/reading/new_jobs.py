"""New jobs in somebody's own words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from bot.asking import SAVE, Call, Misread, Plan
from bot.cards.parts import code
from bot.reading.words import Words, misread
from bot.voice import plain
from tools.cron_views import JobList
from tools.wire import Result
from tools.words.language import fold
from tools.words.schedule_texts import schedule_text
from tools.words.schedules import read_job

LONGEST_NAME = 58
"""Characters of a name, which leave room for a number."""

_MOST_SHOWN = 200


def job(words: Words) -> Plan | Misread:
    """Read a job, which is shown before it is saved; none of the same name is lost by it."""
    read = read_job(words.raw, words.voice.language, words.now, words.zone)
    if read.gap is None and not read.unread:
        return Plan((Call("cron.list", {}),), _named(words, read.params))
    unread = plain(" ".join(read.unread)[:_MOST_SHOWN])
    return misread(words.voice, f"job.gap.{read.gap or 'unread'}", words=unread)


def _named(words: Words, params: Mapping[str, Any]) -> Callable[[Sequence[Result]], Plan | Misread]:
    def then(answers: Sequence[Result]) -> Plan | Misread:
        taken = {fold(each.name) for each in cast(JobList, answers[0]).jobs}
        asked = {**params, "name": _free(str(params["name"]), taken)}
        zone = plain(asked.get("timezone", ""))
        said = schedule_text(asked["schedule"], words.voice.language)
        sure = words.voice.say(
            "sure.job",
            name=plain(asked["name"]),
            schedule=" · ".join(each for each in (said, code(asked["schedule"]), zone) if each),
            prompt=plain(asked["prompt"]),
        )
        return Plan((Call("cron.add", asked),), sure=sure, question=SAVE)

    return then


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no job has: this one, or with a number behind it."""
    numbered = (f"{name[:LONGEST_NAME]}_{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if fold(each) not in taken)
