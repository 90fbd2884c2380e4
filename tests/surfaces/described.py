"""A whole service that is asked anything its own description allows, and anything that it does not."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from schemathesis import APIOperation, BaseSchema, Case
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from tests.service import running

ACCEPTED = ["2xx", "3xx", "400", "401", "403", "404", "409", "429", "502"]
"""How a request may be answered that the description allows: rules between fields are beyond a schema."""

UNREAD = frozenset({"INVALID_PARAMS", "MISSING_PARAMS", "INVALID_FRAME", "415"})
"""The codes of requests that no capability was run for."""

Operation = APIOperation[Any, Any, Any, Any]

MODES = st.sampled_from([*[GenerationMode.POSITIVE] * 5, GenerationMode.NEGATIVE])


class Served:
    """A service in a thread of its own, as what asks it is not asynchronous."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.http = ""

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with running(self._home, limits=False, arena=True) as service:
                await service.advance(2)
                await service.app.services.contests.keeper.settled()
                self.http = service.http
                self._ready.set()
                await self._end.wait()
        finally:
            self._ready.set()

    def begin(self) -> None:
        """Return once it answers."""
        self._thread.start()
        self._ready.wait()
        assert self.http, "the service did not start"

    def close(self) -> None:
        """Return once it has ended."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Run a service until the block ends; tell its address."""
    service = Served(home)
    service.begin()
    try:
        yield service.http
    finally:
        service.close()


def described(http: str) -> BaseSchema:
    """Return what a service says of itself, but for the stream that has no end to wait for."""
    document = requests.get(f"{http}/openapi.json", timeout=60).json()
    del document["paths"]["/api/v2/events"]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    return schema


def ask_all(http: str, cases: int) -> tuple[int, Counter[str]]:
    """Ask every operation, and in turn until there were so many cases; return how many, and the codes.

    Raises for the first answer that the description does not allow, with a command that asks it again.
    """
    operations = [each.ok() for each in described(http).get_all_operations() if isinstance(each, Ok)]
    before, asked, turn = codes(http), 0, 0
    with requests.Session() as session:
        while asked < cases:
            for operation in operations:
                if turn and asked >= cases:
                    break
                asked += _ask(operation, http, session, -(-cases // len(operations)), turn)
            turn += 1
    return asked, codes(http) - before


def _ask(operation: Operation, http: str, session: requests.Session, examples: int, turn: int) -> int:
    """Ask one operation up to so often; return how often: what takes nothing can be asked in one way only."""
    strategies = {mode: operation.as_strategy(generation_mode=mode) for mode in GenerationMode}
    asked = 0

    @seed(turn)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=MODES.flatmap(strategies.__getitem__))
    def ask(case: Case[Any]) -> None:
        nonlocal asked
        asked += 1
        response = case.call(base_url=http, session=session, timeout=60)
        case.validate_response(response)
        assert b"Traceback" not in response.content

    ask()
    return asked


def codes(http: str) -> Counter[str]:
    """Return how often a service has answered with each code."""
    counted: Counter[str] = Counter()
    for family in text_string_to_metric_families(requests.get(f"{http}/metrics", timeout=60).text):
        if family.name == "kit_gateway_requests":
            for sample in family.samples:
                counted[sample.labels["code"]] += int(sample.value)
    return counted
