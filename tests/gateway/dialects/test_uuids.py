"""Ids as UUIDs: every id has one of its own, and comes back from it."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.cryptofunk.uuids import (
    BASE_32,
    HEXADECIMAL,
    KINDS,
    NoUuid,
    UnknownUuid,
    from_uuid,
    to_uuid,
)
from kit.ids import ALPHABET

LENGTHS = {"dec": (HEXADECIMAL, 24)}


def ids(*prefixes: str) -> st.SearchStrategy[str]:
    def of(prefix: str) -> st.SearchStrategy[str]:
        digits, length = LENGTHS.get(prefix, (BASE_32, 21))
        spelled = st.text(alphabet=digits, min_size=length, max_size=length)
        return spelled.map(lambda text: f"{prefix}_{text}")

    return st.one_of(*map(of, prefixes))


def test_the_digits_are_those_that_ids_are_made_of() -> None:
    assert BASE_32 == ALPHABET


@given(ids(*KINDS))
def test_an_id_comes_back_from_its_uuid_in_any_case(name: str) -> None:
    shown = to_uuid(name)
    assert (uuid.UUID(shown).version, uuid.UUID(shown).variant) == (8, uuid.RFC_4122)
    prefix = name.partition("_")[0]
    assert from_uuid(shown, prefix) == from_uuid(shown.upper(), prefix) == name


@given(ids(*KINDS), ids(*KINDS))
def test_two_ids_never_share_a_uuid(one: str, other: str) -> None:
    assert (to_uuid(one) == to_uuid(other)) == (one == other)


@given(ids("ord", "dec"))
def test_the_uuid_of_one_kind_is_none_of_another(name: str) -> None:
    with pytest.raises(UnknownUuid) as raised:
        from_uuid(to_uuid(name), "run")
    assert raised.value.details == {"error": "session not found", "session_id": to_uuid(name)}


@given(st.uuids(), st.sampled_from(KINDS))
def test_a_uuid_that_is_no_id_names_nothing(found: uuid.UUID, prefix: str) -> None:
    with pytest.raises(UnknownUuid):
        from_uuid(str(found), prefix)


@given(st.integers(0, 2**128 - 1), st.sampled_from(KINDS))
def test_whatever_bits_a_uuid_has_it_is_an_id_with_this_uuid_or_none(bits: int, prefix: str) -> None:
    # The version, the variant and the kind of a real one; all else is chance.
    bits = bits & ~(0xFF << 120 | 0xF << 76 | 3 << 62) | KINDS.index(prefix) + 1 << 120 | 8 << 76 | 2 << 62
    text = str(uuid.UUID(int=bits))
    try:
        name = from_uuid(text, prefix)
    except UnknownUuid:
        return
    assert to_uuid(name) == text


@given(st.text(max_size=60))
def test_text_that_is_no_uuid_is_refused_as_such(text: str) -> None:
    with pytest.raises(NoUuid) as raised:
        from_uuid(text, "ord")
    assert str(raised.value) == "invalid order_id format"


@pytest.mark.parametrize("name", ["ord_1", "ord", "key_0123456789abcdefghjkm", "ord_0123456789abcdefghjkl"])
def test_what_is_no_id_has_no_uuid(name: str) -> None:
    with pytest.raises(ValueError, match=r"no id|not in|not found|substring"):
        to_uuid(name)
