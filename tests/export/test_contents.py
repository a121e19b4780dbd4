from hypothesis import given
from hypothesis import strategies as st

from export.contents import Fingerprint, field_hash, fingerprint, is_whole, parse, tags_hash, whole_hash


def test_the_whole_hash_sees_fields_tags_and_type() -> None:
    """Each of the three changes the hash, and it is the same for ever."""
    hashes = {whole_hash("t", "f", ("x",)), whole_hash("u", "f", ("x",)), whole_hash("t", "g", ("x",))}
    hashes |= {whole_hash("t", "f", ()), whole_hash("t", "f", ("x", "y"))}
    assert len(hashes) == 5
    assert whole_hash("basic", "q\x1fa", ("x",)) == "a3b7def52182c8ee"


def test_the_text_is_the_same_for_ever() -> None:
    """Journals hold it: its form and its hashes must not change."""
    assert str(fingerprint("basic", ("q", "a", ""), ("x",))) == "0529f32b64b67068;basic;8e6320;7b4c2ec93f52cec7ea"


def test_a_field_that_changed_is_told_from_the_others() -> None:
    """Of two versions of a note, the fields differ that were edited, and the tags where those were."""
    old, new = fingerprint("t", ("q", "a", ""), ("x",)), fingerprint("t", ("q", "other", ""), ("x", "y"))
    assert old.fields is not None and new.fields is not None
    assert [one == other for one, other in zip(old.fields, new.fields, strict=True)] == [True, False, True]
    assert old.tags != new.tags
    assert old.whole != new.whole


@given(
    st.text(max_size=40) | st.sampled_from([";", "a;@b", ";123456;", "@"]),
    st.lists(st.text(max_size=20), max_size=20),
    st.lists(st.text(max_size=9), max_size=4),
    st.none() | st.text(max_size=20),
)
def test_what_is_written_is_read_back(type_name: str, fields: list[str], tags: list[str], guid: str | None) -> None:
    """Every fingerprint comes back from its text, whatever the type and the note are called."""
    made = fingerprint(type_name, fields, tags, guid)
    assert parse(str(made)) == made


def test_a_text_too_long_for_the_journal_is_the_first_part_alone() -> None:
    """A note of hundreds of fields is still known to have changed or not."""
    made = fingerprint("t", [str(number) for number in range(200)], ())
    assert str(made) == made.whole
    assert parse(str(made)) == Fingerprint(made.whole)


def test_texts_of_the_first_version_still_count() -> None:
    """Sixteen digits alone, as journals of before hold them, are the whole; so is anything that makes no sense."""
    assert parse("a3b7def52182c8ee") == Fingerprint("a3b7def52182c8ee")
    for text in ("", ";", ";;;", "a;b", "a;b;c;d", "a;b;123456;12345", "a;b;12345g;123456", "a;b;123456;12345é"):
        assert parse(text).fields is None


def test_what_anki_makes_of_letters_is_no_change() -> None:
    """Anki composes letters and writes a tag in the case in which it first met it."""
    assert field_hash("e\u0301") == field_hash("\u00e9") != field_hash("e")
    assert whole_hash("t", "e\u0301", ()) == whole_hash("t", "\u00e9", ()) != whole_hash("t", "e", ())
    assert tags_hash(("B", "a")) == tags_hash(("A", "b")) != tags_hash(("a",))


def test_hashes_of_letters_as_they_were_spelled_still_count() -> None:
    """Earlier versions hashed decomposed letters as they stood: their texts tell the same fields as before."""
    spelled = "e40bcc55fa32dc43"
    assert is_whole(spelled, "basic", "cafe\u0301", ("x",))
    assert is_whole(whole_hash("basic", "caf\u00e9", ("x",)), "basic", "cafe\u0301", ("x",))
    assert not is_whole(spelled, "basic", "caf\u00e9", ("x",))
