"""Candles that were fetched once, as Parquet files: one for each series and calendar year."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from memory.candle_files import Damaged, describe, read, write, year_of, years
from trading.backtest.stores import Columns, Kept, Known, Series, Span, joined, united

log = structlog.get_logger(__name__)

Replace = Callable[[Path, Path], None]


class CandleFiles:
    """Keeps candles below one folder; safe beside other processes that do so.

    `replace` puts a finished file in the place of the old one. A damaged file is set aside, with a warning,
    and what it held counts as unknown. Raises OSError where the disk does not allow it.
    """

    def __init__(self, folder: Path, replace: Replace = os.replace) -> None:
        self._folder = folder
        self._replace = replace

    async def load(self, series: Series, span: Span) -> Known:
        """Return what is known of a stretch of time."""
        return await asyncio.to_thread(self._load, series, span)

    async def keep(self, series: Series, covered: Span, columns: Columns) -> None:
        """Keep all the candles that there are in a stretch of time; on disk once this returns."""
        await asyncio.to_thread(self._keep, series, covered, columns)

    async def kept(self) -> Sequence[Kept]:
        """Return what is kept, series by series."""
        return await asyncio.to_thread(self._kept)

    def _load(self, series: Series, span: Span) -> Known:
        folder = self._folder / place(series)
        found = [self._read(folder, year, series) for year in years(span)]
        known = [each for each in found if each is not None]
        columns = joined([each.columns for each in known]).within(span)
        inside = (
            Span(max(part.start, span.start), min(part.stop, span.stop))
            for each in known
            for part in each.covered
        )
        return Known(united(inside), columns)

    def _keep(self, series: Series, covered: Span, columns: Columns) -> None:
        folder = self._folder / place(series)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            for year in years(covered):
                whole = year_of(year)
                part = Span(max(covered.start, whole.start), min(covered.stop, whole.stop))
                old = self._read_held(folder, year, series)
                parts = [*((old.columns,) if old else ()), columns.within(part)]
                spans = united([*(old.covered if old else ()), part])
                path, draft = folder / f"{year}.parquet", folder / f"{year}.new"
                write(draft, series, Known(spans, joined(parts)))
                self._replace(draft, path)
            _sync(folder)

    def _kept(self) -> Sequence[Kept]:
        found: dict[Series, list[Kept]] = {}
        for path in sorted(self._folder.glob("*/*/*/*.parquet")):
            try:
                one = describe(path)
            except FileNotFoundError:
                continue
            except Damaged as error:
                log.warning("a file of candles is damaged", file=str(path), reason=str(error))
                continue
            if one is not None:
                found.setdefault(one.series, []).append(one)
        return [
            Kept(
                series,
                sum(each.candles for each in parts),
                Span(min(each.span.start for each in parts), max(each.span.stop for each in parts)),
                sum(each.size for each in parts),
            )
            for series, parts in found.items()
        ]

    def _read(self, folder: Path, year: int, series: Series) -> Known | None:
        try:
            return read(folder / f"{year}.parquet", series)
        except FileNotFoundError:
            return None
        except Damaged:
            with _alone(folder):
                return self._read_held(folder, year, series)

    def _read_held(self, folder: Path, year: int, series: Series) -> Known | None:
        """Return a year that nobody else writes meanwhile; set its file aside when it is damaged."""
        path = folder / f"{year}.parquet"
        try:
            return read(path, series)
        except FileNotFoundError:
            return None
        except Damaged as error:
            aside = path.with_suffix(".damaged")
            log.warning(
                "a file of candles is damaged; it is set aside and fetched anew",
                file=str(path),
                aside=aside.name,
                reason=str(error),
            )
            os.replace(path, aside)
            return None


def place(series: Series) -> Path:
    """Return the folder of a series, relative to all of them."""
    owner = "-".join(filter(None, (series.source, series.exchange, series.edition)))
    if not owner.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{owner!r} is no name for a folder")
    return Path(owner, f"{series.symbol.base}-{series.symbol.quote}", series.timeframe.value)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder until the block ends; the system lets go of it when the process dies."""
    with (folder / ".lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
