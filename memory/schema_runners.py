"""The table of what each principal's runner has in hand."""

from sqlalchemy import Column, Integer, Table

from memory.runner_records import RunnerMode
from memory.schema import metadata
from memory.types import Choice, Json, Moment, Words

runners = Table(
    "runners",
    metadata,
    Column("principal", Words, primary_key=True),
    Column("mode", Choice(RunnerMode)),
    Column("work", Words),
    Column("config", Json),
    Column("begun_at", Moment),
    Column("version", Integer, nullable=False),
)
