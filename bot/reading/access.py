"""Who is let in: listing people, and answering those who ask."""

import re
from collections.abc import Mapping
from typing import Any

from bot.asking import Call, Misread, Plan
from bot.reading.words import Words, misread
from tools.words.language import fold

_PERSON = re.compile(r"[a-z][a-z0-9]{1,19}:[0-9]{1,20}")
_ROLES: Mapping[str, str] = {
    "viewer": "viewer",
    "zuschauer": "viewer",
    "trader": "trader",
    "haendler": "trader",
    "owner": "owner",
    "eigentuemer": "owner",
}
_VERBS: Mapping[str, str] = {
    **dict.fromkeys(("approve", "add", "let", "allow", "genehmigen", "freigeben"), "approve"),
    **dict.fromkeys(("deny", "refuse", "ablehnen"), "deny"),
    **dict.fromkeys(("role", "set", "rolle"), "setRole"),
    **dict.fromkeys(("revoke", "remove", "entfernen"), "revoke"),
}
_LISTS = frozenset({"list", "liste", ""})
_MOST_WORDS = 3


def access(words: Words) -> Plan | Misread:
    """Read who is meant and what they may do: approve CODE trader, role ID viewer, revoke ID."""
    said = words.raw.split()
    verb = _VERBS.get(fold(said[0])) if said else None
    if fold(" ".join(said)) in _LISTS:
        return Plan((Call("access.list", {}),))
    if verb is None or not 2 <= len(said) <= _MOST_WORDS:
        return misread(words.voice, "misread.access")
    who, role = said[1], _ROLES.get(fold(said[2])) if len(said) == _MOST_WORDS else None
    params = _params(verb, who, role)
    if params is None or (role is None) != (len(said) < _MOST_WORDS):
        return misread(words.voice, "misread.access")
    return Plan((Call(f"access.{verb}", params),))


def _params(verb: str, who: str, role: str | None) -> dict[str, Any] | None:
    person = _PERSON.fullmatch(who.lower())
    if verb == "approve":
        return {"code": who, **({"role": role} if role else {})}
    if verb == "deny" and role is None:
        return {"id": who.lower()} if person else {"code": who}
    if verb == "setRole" and person and role:
        return {"id": who.lower(), "role": role}
    return {"id": who.lower()} if verb == "revoke" and person and role is None else None
