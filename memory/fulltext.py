"""Full text: which passages have which words, by SQLite's FTS5 or Postgres' text search.

Both are given words that are made ready already (`memory.terms`), so that neither has a say in what a word
is. Each passage has one more word, that of its person, which keeps one person's search off all others'.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Executable,
    TextClause,
    bindparam,
    column,
    func,
    literal_column,
    table,
    text,
)

from memory.schema_memory import passages

MOST_TERMS = 32
"""Words of a query that are looked up."""

WORDS = table("memory_words", column("rowid"), column("words"))
REMOVE = text("DELETE FROM memory_words WHERE rowid = :seq")

_INSERT = "INSERT INTO memory_words (rowid, words) VALUES (:seq, {})"
ADD: Mapping[str, Executable] = {
    "sqlite": text(_INSERT.format(":words")),
    "postgresql": text(_INSERT.format("to_tsvector('simple', :words)")),
}
JOINED = passages.c.seq == WORDS.c.rowid
MATCHES: Mapping[str, TextClause] = {
    "sqlite": text("memory_words MATCH :match"),
    "postgresql": text("memory_words.words @@ to_tsquery('simple', :match)"),
}
RANK: Mapping[str, ColumnElement[float]] = {
    "sqlite": -func.bm25(literal_column("memory_words")),
    "postgresql": func.ts_rank(WORDS.c.words, func.to_tsquery("simple", bindparam("match"))),
}


def filed(person: str, terms: Sequence[str]) -> str:
    """Return the words under which a passage of somebody is filed."""
    return " ".join((_token(person), *terms))


def match_of(dialect: str, person: str, terms: Collection[str]) -> str:
    """Return the query for passages of somebody that have any of these words."""
    chosen = list(dict.fromkeys(terms))[:MOST_TERMS]
    if dialect == "postgresql":
        return f"{_token(person)} & ({' | '.join(chosen)})"
    quoted = " OR ".join(f'"{each}"' for each in chosen)
    return f'"{_token(person)}" AND ({quoted})'


def _token(person: str) -> str:
    return f"who{hashlib.sha256(person.encode()).hexdigest()[:16]}"
