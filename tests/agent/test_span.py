"""Where a conversation is cut, whatever was said in it."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.models.port import Role
from agent.prompt import HISTORY_CHARS, conversation
from agent.shortening import shortened
from agent.span import KEPT_CHARS, KEPT_MESSAGES, kept_from
from agent.summaries import NOTHING, RECALL_CHARS, SUMMARY_CHARS, exchanges, extended
from memory.records import MessageRole, TranscriptMessage
from tests.agent.test_open_questions import NOON

ROLES = st.sampled_from([MessageRole.USER, MessageRole.ASSISTANT])
TEXTS = st.one_of(
    st.sampled_from(["yes", "how much?", "done"]), st.integers(1, 6_000).map(lambda size: "x" * size)
)
HISTORIES = st.lists(
    st.builds(lambda role, text: TranscriptMessage("msg", "owner", "main", role, text, NOON), ROLES, TEXTS),
    max_size=60,
)


@settings(deadline=None, max_examples=300)
@given(HISTORIES, st.lists(st.integers(0, 60), max_size=4))
def test_however_often_it_is_compacted_the_newest_exchange_is_heard_within_bounds(
    history: list[TranscriptMessage], moments: list[int]
) -> None:
    gist, begins = NOTHING, 0
    for moment in sorted(min(each, len(history)) for each in moments):
        cut = begins + kept_from(history[begins:moment])
        following = history[cut] if cut < moment else None
        if cut > begins:
            gist, begins = extended(gist, history[begins:cut], {}, following), cut
        kept = history[begins:moment]
        assert begins == 0 or not kept or kept[0].role is MessageRole.USER
        few = len(kept) <= KEPT_MESSAGES and sum(len(each.content) for each in kept) <= KEPT_CHARS
        assert few or len([each for each in exchanges(kept) if each.asked and each.answered]) <= 1
    assert (gist.messages, len(gist.text) <= SUMMARY_CHARS) == (begins, True)

    heard = conversation(history[begins:], "and now?", NOON, gist)
    assert all(one.role is not after.role for one, after in pairwise(heard))
    assert (heard[0].role, heard[-1].text) == (Role.USER, "and now?")
    assert sum(len(each.text) for each in heard[:-1]) <= HISTORY_CHARS + RECALL_CHARS
    newest = [each for each in exchanges(history) if each.asked and each.answered][-1:]
    for one in newest:
        for said, part in zip(heard[-3:-1], (one.asked, one.answered), strict=True):
            assert part is not None
            assert said.text == shortened(part.content, max(len(said.text), 20))
            assert not said.recalled
