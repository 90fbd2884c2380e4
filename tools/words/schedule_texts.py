"""Schedules as words of a language."""

import re

from tools.words.language import Language

_DAYS = {
    Language.EN: ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    Language.DE: ("Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"),
}
_NAMES = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_WORDS = {
    Language.EN: {
        "daily": "every day at {clock}",
        "workdays": "Monday to Friday at {clock}",
        "weekly": "every {days} at {clock}",
        "monthly": "on day {day} of each month at {clock}",
        "every": "every {count} {unit}",
        "at": "once, on {day} at {clock}",
        "in": "once, in {count} {unit}",
        "and": " and ",
    },
    Language.DE: {
        "daily": "jeden Tag um {clock}",
        "workdays": "Montag bis Freitag um {clock}",
        "weekly": "jeden {days} um {clock}",
        "monthly": "am {day}. jedes Monats um {clock}",
        "every": "alle {count} {unit}",
        "at": "einmal, am {day} um {clock}",
        "in": "einmal, in {count} {unit}",
        "and": " und ",
    },
}
_UNITS = {
    Language.EN: {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"},
    Language.DE: {"s": "Sekunden", "m": "Minuten", "h": "Stunden", "d": "Tage", "w": "Wochen"},
}
_FIELDS = re.compile(r"(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|[0-7a-z,]+|1-5|mon-fri)", re.IGNORECASE)
_EVERY = re.compile(r"(every|in) (\d+) ?([smhdw])[a-z]*", re.IGNORECASE)
_AT = re.compile(r"at (\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})", re.IGNORECASE)


def schedule_text(schedule: str, language: Language) -> str:
    """Say a schedule in words, empty for one that is none of the usual."""
    words = _WORDS[language]
    if found := _EVERY.fullmatch(schedule):
        unit = _UNITS[language][found[3].lower()]
        return words[found[1].lower()].format(count=found[2], unit=_counted(int(found[2]), unit, language))
    if found := _AT.fullmatch(schedule):
        return words["at"].format(day=found[1], clock=found[2])
    found = _FIELDS.fullmatch(schedule)
    return _fields(found, language) if found else ""


def _counted(count: int, unit: str, language: Language) -> str:
    if language is Language.DE:
        dative = f"{unit}n" if unit == "Tage" else unit
        return (
            {"Sekunden": "Sekunde", "Minuten": "Minute", "Stunden": "Stunde", "Tage": "Tag"}.get(
                unit, "Woche"
            )
            if count == 1
            else dative
        )
    return unit[:-1] if count == 1 else unit


def _fields(found: re.Match[str], language: Language) -> str:
    words = _WORDS[language]
    minute, hour, day, weekdays = found.groups()
    clock = f"{int(hour):02}:{int(minute):02}"
    if day != "*":
        return words["monthly"].format(day=day, clock=clock) if weekdays == "*" else ""
    if weekdays == "*":
        return words["daily"].format(clock=clock)
    if weekdays.lower() in ("1-5", "mon-fri"):
        return words["workdays"].format(clock=clock)
    numbers = [
        _NAMES.get(each.lower(), int(each) % 7 if each.isdigit() else -1) for each in weekdays.split(",")
    ]
    if -1 in numbers:
        return ""
    days = words["and"].join(_DAYS[language][number] for number in numbers)
    return words["weekly"].format(days=days, clock=clock)
