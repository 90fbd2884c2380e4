"""The coin that a misspelt word of a sentence comes close to."""

from agent.models.offline.vocabulary import VOCABULARY
from tools.words.near_coins import nearest_but


def nearest_coin(word: str) -> str | None:
    """Return the ticker of the coin that a word comes close to, None for a coin we know and other words."""
    return nearest_but(word, VOCABULARY)
