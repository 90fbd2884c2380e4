"""A person's own candles: CSV and Parquet files in one folder."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from memory.dataset_files import SUFFIXES, read
from trading.backtest.resampling import longer, shortest
from trading.backtest.stores import Columns, OwnFile, Span
from trading.errors import InvalidBacktest, MissingHistory
from trading.timeframes import Timeframe

LARGEST: Final = 256 * 1024 * 1024
"""How many bytes a file may have."""

LONGEST_NAME: Final = 255


class Datasets:
    """Reads candles from the files of one folder, and from nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, name: str, timeframe: Timeframe) -> Columns:
        """Return a file's candles, made longer where that divides; see `OwnFiles`."""
        return await asyncio.to_thread(self._read, name, timeframe)

    async def found(self) -> Sequence[OwnFile]:
        """Return which files there are, by name."""
        return await asyncio.to_thread(self._found)

    def _read(self, name: str, timeframe: Timeframe) -> Columns:
        path = self._path(name)
        try:
            columns = read(path)
            own = shortest(columns.times) or timeframe
        except MissingHistory as error:
            raise MissingHistory(f"{name}: {error}", dataset=name, **error.details) from error
        if timeframe.seconds % own.seconds:
            raise InvalidBacktest(
                f"{name} has candles of {own}, of which none of {timeframe} can be made",
                dataset=name,
                timeframe=own.value,
            )
        return longer(columns, own, timeframe)

    def _found(self) -> Sequence[OwnFile]:
        names = sorted(path.name for path in self._folder.glob("*") if path.suffix.lower() in SUFFIXES)
        return [self._described(name) for name in names]

    def _described(self, name: str) -> OwnFile:
        try:
            path = self._path(name)
        except (InvalidBacktest, MissingHistory) as error:
            return OwnFile(name, 0, problem=str(error))
        size = path.stat().st_size
        try:
            columns = read(path)
            own = shortest(columns.times)
        except MissingHistory as error:
            return OwnFile(name, size, problem=str(error))
        if not len(columns) or own is None:
            return OwnFile(name, size, len(columns), problem="it has fewer than two candles")
        span = Span(int(columns.times[0]), int(columns.times[-1]) + own.seconds * 1000)
        return OwnFile(name, size, len(columns), span, own)

    def _path(self, name: str) -> Path:
        """Return the file of a name; raise InvalidBacktest for no name, MissingHistory for no file."""
        plain = Path(name).name == name and name.isprintable() and len(name.encode()) <= LONGEST_NAME
        if not plain or Path(name).suffix.lower() not in SUFFIXES:
            raise InvalidBacktest(
                "a dataset is named by its file name alone, which ends in .csv or .parquet",
                dataset=name[:100],
            )
        path = (self._folder / name).resolve()
        if path.parent != self._folder.resolve() or not path.is_file():
            raise MissingHistory(f"there is no file {name[:100]} in {self._folder.name}/", dataset=name[:100])
        if path.stat().st_size > LARGEST:
            raise InvalidBacktest(f"{name[:100]} is larger than {LARGEST:,} bytes", dataset=name[:100])
        return path
