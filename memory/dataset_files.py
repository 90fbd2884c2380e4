"""Reading candles out of a CSV or Parquet file that somebody else wrote."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trading.backtest.history import Times
from trading.backtest.stores import Columns
from trading.errors import MissingHistory
from trading.indicators import Bars

SUFFIXES: Final = (".csv", ".parquet")

# Before 1973 in milliseconds, after 5138 in seconds: no candle is there, so the size tells the unit.
_SECONDS_BELOW: Final = 1e11
_MILLISECONDS_BELOW: Final = 1e14

_TIMES: Final = ("time", "timestamp", "date")
_PRICES: Final = ("open", "high", "low", "close")


def read(path: Path) -> Columns:
    """Return the candles of a file, sound or not; raise MissingHistory that names the line that is wrong."""
    import pyarrow as pa

    try:
        table = _READERS[path.suffix.lower()](path)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise MissingHistory(f"it cannot be read: {str(error)[:200]}") from error
    first = 2 if path.suffix.lower() == ".csv" else 1
    names: dict[str, int] = {}
    for index, name in enumerate(table.column_names):
        plain = name.strip().lower().lstrip("\ufeff")
        if plain in names:
            raise MissingHistory(f"it has two columns named {plain}")
        names[plain] = index
    times = _times(_one_of(names, table, _TIMES), first)
    columns = [_numbers(_one_of(names, table, (name,)), name, first) for name in _PRICES]
    if "volume" in names:
        columns.append(_numbers(table.column(names["volume"]), "volume", first))
    else:
        columns.append(np.zeros(len(times)))
    _check(times, columns, first)
    return Columns(times, Bars(*columns))


def _csv(path: Path) -> Any:
    from pyarrow import csv

    with path.open("rb") as file:
        header = file.readline(65_536).decode("utf-8-sig").strip()
    names = [each.strip().strip('"') for each in header.split(",")]
    # Everything is read as text first, so that what is wrong can be named with its line.
    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(use_threads=False, column_names=names, skip_rows=1),
        parse_options=csv.ParseOptions(ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, "string")),
    )


def _parquet(path: Path) -> Any:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        return file.read(use_threads=False)


_READERS: Final[Mapping[str, Callable[[Path], Any]]] = {".csv": _csv, ".parquet": _parquet}


def _one_of(names: Mapping[str, int], table: Any, wanted: tuple[str, ...]) -> Any:
    found = [names[name] for name in wanted if name in names]
    if len(found) != 1:
        raise MissingHistory(f"it needs exactly one column named {' or '.join(wanted)}")
    return table.column(found[0])


def _numbers(column: Any, name: str, first: int) -> NDArray[np.float64]:
    import pyarrow as pa

    if column.null_count:
        raise _wrong(f"{name} is missing", int(np.argmax(column.is_null().to_numpy())) + first)
    try:
        return np.array(column.cast(pa.float64()).to_numpy(), np.float64)
    except pa.ArrowException:
        raise _wrong(f"{name} is not a number", _first_bad(column, float) + first) from None


def _times(column: Any, first: int) -> Times:
    import pyarrow as pa
    from pyarrow import types

    if column.null_count:
        raise _wrong("the time is missing", int(np.argmax(column.is_null().to_numpy())) + first)
    if types.is_timestamp(column.type) or types.is_date(column.type):
        return np.array(column.cast(pa.timestamp("ms")).cast(pa.int64()).to_numpy(), np.int64)
    try:
        numbers = np.array(column.cast(pa.float64()).to_numpy(), np.float64)
    except pa.ArrowException:
        return _iso_times(column, first)
    return _unix_times(numbers, first)


def _unix_times(numbers: NDArray[np.float64], first: int) -> Times:
    if not len(numbers):
        return np.empty(0, np.int64)
    seconds = numbers[0] < _SECONDS_BELOW
    low, high = (0.0, _SECONDS_BELOW) if seconds else (_SECONDS_BELOW, _MILLISECONDS_BELOW)
    # NaN is neither.
    bad = ~((numbers >= low) & (numbers < high))
    if bad.any():
        unit = "seconds" if seconds else "milliseconds"
        raise _wrong(f"the time is no moment in Unix {unit}", int(np.argmax(bad)) + first)
    return np.rint(numbers * (1000 if seconds else 1)).astype(np.int64)


def _iso_times(column: Any, first: int) -> Times:
    import pyarrow as pa

    for kind in (pa.timestamp("ms"), pa.timestamp("ms", tz="UTC")):
        try:
            return np.array(column.cast(kind).cast(pa.int64()).to_numpy(), np.int64)
        except pa.ArrowException:
            continue
    texts = column.to_pylist()
    if _is_number(texts[0]):
        raise _wrong("the time is no number, as those before are", _first_bad(column, float) + first)
    # Forms that differ from line to line, or one that is none.
    found = np.empty(len(column), np.int64)
    for row, text in enumerate(texts):
        try:
            found[row] = _iso(text)
        except (ValueError, TypeError, AttributeError):
            raise _wrong("the time is neither ISO 8601 nor Unix time", row + first) from None
    return found


def _iso(text: str) -> int:
    moment = datetime.fromisoformat(text.strip())
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).timestamp() * 1000)


def _check(times: Times, columns: list[NDArray[np.float64]], first: int) -> None:
    back = np.diff(times) <= 0
    if back.any():
        row = int(np.argmax(back)) + 1
        said = "is there twice" if times[row] == times[row - 1] else "comes after a later one"
        raise _wrong(f"the candle {said}", row + first)
    opened, high, low, close, volume = columns
    sound = np.all([np.isfinite(each) & (each > 0) for each in columns[:4]], axis=0)
    sound &= (low <= np.minimum(opened, close)) & (high >= np.maximum(opened, close)) & (low <= high)
    sound &= np.isfinite(volume) & (volume >= 0)
    if not sound.all():
        raise _wrong("the candle has no sound prices or volume", int(np.argmin(sound)) + first)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first_bad(column: Any, reads: Callable[[Any], object]) -> int:
    for row, each in enumerate(column.to_pylist()):
        try:
            reads(each)
        except (ValueError, TypeError):
            return row
    return 0


def _wrong(what: str, line: int) -> MissingHistory:
    return MissingHistory(f"line {line}: {what}", line=line)
