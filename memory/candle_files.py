"""One Parquet file of candles: its columns, what it is of, and which stretches of time it knows whole."""

import json
import os
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from trading.backtest.fetching import check
from trading.backtest.stores import Columns, Kept, Known, Series, Span
from trading.clock import epoch_ms, from_epoch_ms
from trading.errors import MissingHistory, UnknownSymbol
from trading.indicators import Bars
from trading.symbols import parse_symbol
from trading.timeframes import Timeframe

NAMES: Final = ("open", "high", "low", "close", "volume")

_KEY: Final = b"kit.candles"
# Parquet guards its pages, not what is told about them.
_GUARD: Final = b"kit.candles.crc32"


class Damaged(Exception):
    """Fetch it anew: this file is not what was written."""


def years(span: Span) -> Sequence[int]:
    """Return the calendar years, in UTC, that a stretch of time touches."""
    if span.start >= span.stop:
        return ()
    return range(from_epoch_ms(span.start).year, from_epoch_ms(span.stop - 1).year + 1)


def year_of(year: int) -> Span:
    """Return a calendar year in UTC."""
    first, after = (epoch_ms(datetime(each, 1, 1, tzinfo=UTC)) for each in (year, year + 1))
    return Span(first, after)


def write(path: Path, series: Series, known: Known) -> None:
    """Write a file, and return once it is on disk."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = known.columns
    about = {
        "exchange": series.exchange,
        "source": series.source,
        "pair": str(series.symbol),
        "timeframe": series.timeframe.value,
        "edition": series.edition,
        "covered": [[each.start, each.stop] for each in known.covered],
        "candles": len(columns),
        "opened": [int(each) for each in columns.times[[0, -1]]] if len(columns) else [],
    }
    told = json.dumps(about).encode()
    table = pa.table(
        {"time": columns.times, **{name: getattr(columns.bars, name) for name in NAMES}},
        metadata={_KEY: told, _GUARD: _sum(told)},
    )
    with path.open("wb") as file:
        parquet.write_table(table, file, write_page_checksum=True, use_dictionary=False)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, series: Series) -> Known:
    """Return what a file holds of a series; raise FileNotFoundError or Damaged."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            found, covered, _ = _about(file)
            table = file.read(use_threads=False)
            columns = Columns(
                _column(table, "time", np.int64), Bars(*(_column(table, name, np.float64) for name in NAMES))
            )
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError) as error:
        raise Damaged(str(error)) from error
    if found != series:
        raise Damaged(f"it is of {found}")
    try:
        check(series, columns)
    except MissingHistory as error:
        raise Damaged(str(error)) from error
    return Known(covered, columns)


def describe(path: Path) -> Kept | None:
    """Return what a file says of itself, None when it has no candle; raise FileNotFoundError or Damaged."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        size = path.stat().st_size
        with parquet.ParquetFile(path) as file:
            series, _, opened = _about(file)
            rows = file.metadata.num_rows
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Damaged(str(error)) from error
    if not opened:
        return None
    return Kept(series, rows, Span(opened[0], opened[1] + series.step), size)


def _sum(told: bytes) -> bytes:
    return str(zlib.crc32(told)).encode()


def _about(file: Any) -> tuple[Series, tuple[Span, ...], Sequence[int]]:
    """Return whose candles a file has, where it knows all, and when its first and last one open, if any."""
    metadata: dict[bytes, bytes] = file.schema_arrow.metadata or {}
    told = metadata.get(_KEY, b"")
    if metadata.get(_GUARD) != _sum(told):
        raise Damaged("what it says of itself was changed")
    try:
        about: dict[str, Any] = json.loads(told)
        covered = tuple(Span(int(start), int(stop)) for start, stop in about["covered"])
        series = Series(
            about["exchange"],
            about["source"],
            parse_symbol(about["pair"]),
            Timeframe(about["timeframe"]),
            # Files from before there were editions do not name one.
            about.get("edition", ""),
        )
    except (KeyError, TypeError, ValueError, UnknownSymbol) as error:
        raise Damaged(f"it does not say what it is of: {error}") from error
    if about["candles"] != file.metadata.num_rows:
        raise Damaged("candles are missing")
    if any(one.stop >= two.start for one, two in pairwise(covered)):
        raise Damaged("what it covers is not in order")
    return series, covered, about["opened"]


def _column(table: Any, name: str, kind: Any) -> Any:
    column = table.column(name)
    if column.null_count:
        raise Damaged(f"{name} has holes")
    return np.ascontiguousarray(column.to_numpy().astype(kind, copy=False))
