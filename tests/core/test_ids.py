"""Numbers that people read aloud."""

from portal.core import ids


def test_an_id_has_no_look_alikes_and_is_rarely_the_same() -> None:
    found = {ids.random_id(10) for _ in range(1000)}
    assert len(found) == 1000
    assert set("".join(found)) <= set(ids.ALPHABET)
    assert not set("ILOU") & set(ids.ALPHABET)


def test_what_people_type_is_understood() -> None:
    assert ids.normalise_id(" o1lI-uabc ") == "0111VABC"
