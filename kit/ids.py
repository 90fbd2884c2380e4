"""New ids: unique, and growing with time so that they sort as they were made."""

import itertools
from collections.abc import Callable

from trading.clock import Clock, epoch_ms
from trading.ports import NewId

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def id_maker(clock: Clock, entropy: Callable[[int], bytes]) -> NewId:
    """Return a maker of ids such as ord_0d5g…: time, a running number and chance; `entropy` gives n bytes."""
    run = int.from_bytes(entropy(2), "big")
    numbers = itertools.count(run)

    def new_id(prefix: str) -> str:
        parts = (
            _text(epoch_ms(clock.now()), 9),
            _text(next(numbers) % 32**4, 4),
            _text(int.from_bytes(entropy(5), "big"), 8),
        )
        return f"{prefix}_{''.join(parts)}"

    return new_id


def _text(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
