"""Settings as people type them: `notifications.fills=silent quietHours=22:00-07:00@Europe/Berlin`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.errors import InvalidParams
from tools.preferences import NAMES, nested

NOTHING = frozenset({"none", "off", "no"})
TRUTHS: Mapping[str, bool] = {
    "true": True,
    "on": True,
    "yes": True,
    "false": False,
    "off": False,
    "no": False,
}
HOURS = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})(?:\s*@\s*(\S+))?")


def parsed(words: Iterable[str]) -> dict[str, Any]:
    """Return params of `settings.set` from `name=value` each; raise InvalidParams."""
    return nested(dict(map(_one, words)))


def _one(word: str) -> tuple[str, Any]:
    name, given, value = (part.strip() for part in word.partition("="))
    known = {each.lower(): each for each in NAMES}.get(name.lower())
    if not given or known is None:
        raise InvalidParams(f"{word[:80]!r} is not name=value with one of {', '.join(NAMES)}")
    if known == "quietHours":
        return known, _hours(value)
    if known == "groupBalances":
        return known, TRUTHS.get(value.lower(), value)
    return known, value.lower()


def _hours(value: str) -> Any:
    if value.lower() in NOTHING:
        return None
    found = HOURS.fullmatch(value)
    if found is None:
        raise InvalidParams("quiet hours are like 22:00-07:00@Europe/Berlin, or none")
    start, end, zone = found.groups()
    hours = {"from": start.zfill(5), "to": end.zfill(5)}
    return hours if zone is None else {**hours, "zone": zone}


def lines(preferences: Mapping[str, Any]) -> list[str]:
    """Return the answer of `settings.get`, a line each, as it would be typed."""
    told = [f"notifications.{kind}={value}" for kind, value in preferences["notifications"].items()]
    told += [f"confirm.{mode}={value}" for mode, value in preferences["confirm"].items()]
    quiet = preferences["quietHours"]
    told.append(
        "quietHours=none" if quiet is None else f"quietHours={quiet['from']}-{quiet['to']}@{quiet['zone']}"
    )
    told += [f"{name}={preferences[name]}" for name in ("busy", "language")]
    return [*told, f"groupBalances={'true' if preferences['groupBalances'] else 'false'}"]
