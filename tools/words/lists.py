"""Lists of words, written as the text they are."""


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text, in order."""
    return tuple(text.split())
