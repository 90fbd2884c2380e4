"""What is remembered of message numbers is as much as a search needs, and bounded."""

from itertools import islice

from bot.telegram_trail import MEMORY, MOST_BOXES, MOST_SENDINGS, REACH, Trail

CHAT, OTHER, SUPERGROUP = "42", "-77", "-1001234567890"


def looked(trail: Trail, chat: str = CHAT, nonce: str = "n") -> list[int]:
    return list(trail.candidates(chat, nonce))


def test_a_sending_is_looked_for_above_what_was_known_and_beside_what_is_somebodys() -> None:
    trail = Trail()
    trail.saw(CHAT, 100)
    trail.begin(CHAT, "n")
    trail.saw(OTHER, 101)
    trail.saw(SUPERGROUP, 102)
    trail.met(CHAT, 104)
    assert looked(trail) == [102, 103, *range(105, 105 + REACH - 2)]
    assert looked(trail) == []


def test_a_supergroup_counts_for_itself() -> None:
    trail = Trail()
    trail.saw(SUPERGROUP, 5)
    trail.begin(SUPERGROUP, "n")
    trail.saw(CHAT, 6)
    assert looked(trail, SUPERGROUP)[0] == 6


def test_nothing_is_looked_for_where_nothing_was_known() -> None:
    trail = Trail()
    trail.met(CHAT, 50)
    trail.begin(CHAT, "n")
    trail.saw(CHAT, 60)
    assert looked(trail) == []


def test_nothing_is_looked_for_among_messages_that_are_forgotten() -> None:
    trail = Trail()
    trail.saw(CHAT, 100)
    trail.begin(CHAT, "n")
    trail.saw(CHAT, 100 + MEMORY + 1)
    assert looked(trail) == []


def test_whatever_was_seen_since_is_known_for_as_long_as_a_search_is_made() -> None:
    trail = Trail()
    trail.saw(CHAT, 1000)
    trail.begin(CHAT, "n")
    for number in range(1002, 1000 + MEMORY + 1):
        trail.saw(CHAT, number)
    assert list(islice(trail.candidates(CHAT, "n"), 2)) == [1001, 1000 + MEMORY + 1]


def test_the_oldest_of_too_many_is_forgotten() -> None:
    trail = Trail()
    for number in range(MOST_SENDINGS + 1):
        trail.begin(CHAT, f"open {number}")
        trail.arrive(CHAT, f"done {number}", number + 1)
    assert trail.number(CHAT, "done 0") is None
    assert trail.number(CHAT, "done 1") == 2
    assert looked(trail, nonce="open 0") == []
    for number in range(MOST_BOXES + 1):
        trail.saw(str(-(10**12) - number), 1)
    trail.begin(CHAT, "n")
    assert looked(trail) == []
