import json
from dataclasses import replace
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.errors import SrsError
from srs.memory.days import parse_day, parse_instant
from srs.memory.events import (
    MAX_LINE,
    Amend,
    Bad,
    Bury,
    Content,
    Event,
    Flag,
    Header,
    Import,
    Mark,
    Reset,
    Review,
    SetDue,
    Suspend,
    Unbury,
    Undo,
    Unknown,
    Unsuspend,
    because_of,
    decode,
    encode,
    header_line,
    is_new_id,
    new_id,
)

AT = parse_instant("2026-12-01T09:12:33.120Z")
DAY = parse_day("2026-12-01")


def sealed(body: str | bytes) -> bytes:
    """A line with its checksum, from the text before `,"crc"`."""
    data = body.encode() if isinstance(body, str) else body
    return data + b',"crc":"%08x"}' % crc32(data)


LITERAL: list[tuple[Event, str]] = [
    (
        Review("e1", AT, "karpathy-backprop:mistake", 3, 4120, "study", DAY, DAY + 3, None, None),
        '{"id":"e1","at":"2026-12-01T09:12:33.120Z","do":"review","card":"karpathy-backprop:mistake","rating":3,'
        '"ms":4120,"mode":"study","day":"2026-12-01","due":"2026-12-04","step":null,"after":null',
    ),
    (
        Review("e2", AT, "x:c1", 1, None, "cram", DAY, AT + 600_000, 1, "e1"),
        '{"id":"e2","at":"2026-12-01T09:12:33.120Z","do":"review","card":"x:c1","rating":1,'
        '"ms":null,"mode":"cram","day":"2026-12-01","due":"2026-12-01T09:22:33.120Z","step":1,"after":"e1"',
    ),
    (Undo("e3", AT, "e1"), '{"id":"e3","at":"2026-12-01T09:12:33.120Z","do":"undo","event":"e1"'),
    (
        Suspend("e4", AT, "x:c1", None),
        '{"id":"e4","at":"2026-12-01T09:12:33.120Z","do":"suspend","card":"x:c1","because":null',
    ),
    (
        Suspend("e4", AT, "x:c1", "e2"),
        '{"id":"e4","at":"2026-12-01T09:12:33.120Z","do":"suspend","card":"x:c1","because":"e2"',
    ),
    (Unsuspend("e5", AT, "x:c1"), '{"id":"e5","at":"2026-12-01T09:12:33.120Z","do":"unsuspend","card":"x:c1"'),
    (
        Bury("e6", AT, "x:c1", DAY + 1),
        '{"id":"e6","at":"2026-12-01T09:12:33.120Z","do":"bury","card":"x:c1","until":"2026-12-02"',
    ),
    (Unbury("e7", AT, "x:c1"), '{"id":"e7","at":"2026-12-01T09:12:33.120Z","do":"unbury","card":"x:c1"'),
    (Flag("e8", AT, "x:c1", 2), '{"id":"e8","at":"2026-12-01T09:12:33.120Z","do":"flag","card":"x:c1","flag":2'),
    (
        Mark("e9", AT, "x:c1", 'zu lang: "für"'),
        '{"id":"e9","at":"2026-12-01T09:12:33.120Z","do":"mark","card":"x:c1","text":"zu lang: \\"für\\""',
    ),
    (Reset("e10", AT, "x:c1"), '{"id":"e10","at":"2026-12-01T09:12:33.120Z","do":"reset","card":"x:c1"'),
    (
        SetDue("e11", AT, "x:c1", DAY + 9),
        '{"id":"e11","at":"2026-12-01T09:12:33.120Z","do":"due","card":"x:c1","due":"2026-12-10"',
    ),
    (
        Amend("e12", AT, "e1", AT - 1000, DAY),
        '{"id":"e12","at":"2026-12-01T09:12:33.120Z","do":"amend","event":"e1",'
        '"new_at":"2026-12-01T09:12:32.120Z","day":"2026-12-01"',
    ),
    (
        Content("e13", AT, "karpathy-backprop", "00ff"),
        '{"id":"e13","at":"2026-12-01T09:12:33.120Z","do":"content","note":"karpathy-backprop","hash":"00ff"',
    ),
    (
        Import("e14", AT, "phone.colpkg"),
        '{"id":"e14","at":"2026-12-01T09:12:33.120Z","do":"import","file":"phone.colpkg"',
    ),
]


@pytest.mark.parametrize(("event", "body"), LITERAL, ids=[f"{type(event).__name__}" for event, _ in LITERAL])
def test_literal_forms(event: Event, body: str) -> None:
    """Every event is written in its literal form and read back equal."""
    assert encode(event) == sealed(body)
    assert decode(sealed(body)) == event
    assert decode(sealed(body) + b"\n") == decode(sealed(body) + b"\r\n") == event


@pytest.mark.parametrize(
    "event",
    [replace(event, because="e0") for event, _ in LITERAL if not isinstance(event, Undo | Content | Import)],  # type: ignore[call-arg]
    ids=lambda event: type(event).__name__,
)
def test_events_that_go_with_another(event: Event) -> None:
    """Any event about a card, and an amend, may name the event that it goes with, last before the checksum."""
    line = encode(event)
    assert line[:-18].endswith(b',"because":"e0"') and line == sealed(line[:-18])
    assert decode(line) == event and because_of(event) == "e0"


def test_header() -> None:
    """The first line names the format and the device."""
    line = header_line("mira-3f9a")
    assert line == sealed('{"srs":1,"device":"mira-3f9a"')
    assert decode(line) == Header(1, "mira-3f9a")


def test_newer_format() -> None:
    """A header of a later format is still a header."""
    assert decode(sealed('{"srs":7,"device":"mira","since":"2027"')) == Header(7, "mira")
    assert decode(sealed('{"srs":7,"machine":"mira"')) == Header(7, "")
    assert isinstance(decode(sealed('{"srs":1,"machine":"mira"')), Bad)


def test_unknown_keys() -> None:
    """Keys of a later version are ignored, wherever they stand and in whatever order."""
    line = sealed('{"mood":[1,{"x":2}],"card":"x:c1","do":"reset","at":"2026-12-01T10:12:33.120+01:00","id":"e"')
    assert decode(line) == Reset("e", AT, "x:c1")
    review = LITERAL[0][1].replace('"ms":4120', '"ms":4120,"mood":1')
    assert decode(sealed(review)) == LITERAL[0][0]


def test_spaces_do_not_matter() -> None:
    """A review with spaces between its tokens reads as the same review."""
    body = ", ".join(LITERAL[0][1].split(","))
    assert decode(sealed(body)) == LITERAL[0][0]


def test_unknown_kind() -> None:
    """A kind of a later version is kept as unknown and cannot be written."""
    event = decode(sealed('{"id":"e","at":"2026-12-01T09:12:33.120Z","do":"dream","of":"sheep"'))
    assert event == Unknown("e", AT, "dream")
    with pytest.raises(SrsError):
        encode(Unknown("e", AT, "dream"))


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"{}", b"null", LITERAL[0][1].encode(), b"\xff\xfe", LITERAL[0][1].encode() + b',"crc":"DEADBEEF"}'],
)
def test_no_checksum(line: bytes) -> None:
    """A line without a true checksum is bad."""
    assert isinstance(decode(line), Bad)


def test_one_changed_byte() -> None:
    """A line with any byte changed is bad."""
    line = encode(LITERAL[0][0])
    for place in range(len(line)):
        assert isinstance(decode(line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]), Bad)


def test_torn_line() -> None:
    """A line cut anywhere is bad."""
    line = encode(LITERAL[0][0])
    assert all(isinstance(decode(line[:end]), Bad) for end in range(len(line)))


HOSTILE = {
    "rating": ["0", "5", "3.0", "true", '"3"', "null", "NaN", "1e400", "9" * 5000, "[3]"],
    "ms": ["-1", "1.5", '"4"', "true", "9007199254740993", "Infinity", "9" * 5000],
    "mode": ['"exam"', "null", "1"],
    "day": ['"2026-02-30"', '"1026-01-01"', "20261201", "null", '"2026-12-01T00:00:00Z"'],
    "due": ['"soon"', "5", "null", '"2026-12-01T09:22:33.120Z"'],
    "step": ["-1", "1.0", "false", '"0"', "0"],
    "after": ['""', "5", "[]", '"' + "a" * 129 + '"'],
    "card": ['""', "null", "7", '"\\ud800"', '"' + "a" * 2000 + '"'],
    "at": ['"yesterday"', "1764580353120", "null", '"2026-12-01T09:12:33.120"', '"9999-12-31T23:59:59.999Z"'],
    "id": ['""', "null", "3", '"' + "a" * 129 + '"', '"\\udc80"'],
    "do": ['""', "null", "[]", "{}"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key in HOSTILE for value in HOSTILE[key]])
def test_hostile_values(key: str, value: str) -> None:
    """A review with a value of the wrong kind, size or range is bad."""
    fields = json.loads(LITERAL[0][1] + "}")
    body = ",".join(f"{json.dumps(name)}:{value if name == key else json.dumps(fields[name])}" for name in fields)
    assert isinstance(decode(sealed("{" + body)), Bad)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' + b"[" * 30000 + b"]" * 30000,
        b'{"a":' + b'{"a":' * 8000 + b"1" + b"}" * 8000,
        b'{"a":"' + b"a" * MAX_LINE + b'"',
        b'{"a":"\xff\xfe"',
        b'{"a":"\x00"',
        b'["a"',
        b'{"srs":true,"device":"x"',
        b'{"srs":0,"device":"x"',
        b'{"srs":1,"device":7',
        b'{"id":"e","at":"2026-12-01T09:12:33.120Z","do":"flag","card":"x","flag":8',
        b'{"id":"e","at":"2026-12-01T09:12:33.120Z","do":"mark","card":"x","text":null',
        b'{"id":"e","at":"2026-12-01T09:12:33.120Z","do":"undo"',
    ],
)
def test_hostile_lines(body: bytes) -> None:
    """Bombs, giants and half events are bad lines, with a reason that fits one line."""
    bad = decode(sealed(body))
    assert isinstance(bad, Bad)
    assert bad.reason.isprintable() and len(bad.reason) < 100


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """No bytes, sealed or not, make reading raise."""
    decode(data)
    decode(sealed(data))
    decode(sealed(b'{"id":"e","at":"2026-12-01T09:12:33.120Z","do":' + data))


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
DAYS = st.integers(parse_day("1900-01-01"), parse_day("9999-12-31"))
ATS = st.integers(parse_instant("1900-01-01T00:00:00Z"), parse_instant("9999-12-29T00:00:00Z"))
COUNTS = st.integers(0, 2**53)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Review, NAMES, ATS, NAMES, st.integers(1, 4), st.none() | COUNTS, st.just("study"), DAYS, DAYS, st.none(),
        st.none() | NAMES,
    ),
    st.builds(
        Review, NAMES, ATS, NAMES, st.integers(1, 4), st.none() | COUNTS, st.just("cram"), DAYS, ATS, COUNTS,
        st.none() | NAMES,
    ),
    st.builds(Undo, NAMES, ATS, NAMES),
    st.builds(Suspend, NAMES, ATS, NAMES, st.none() | NAMES),
    st.builds(Bury, NAMES, ATS, NAMES, DAYS),
    st.builds(Mark, NAMES, ATS, NAMES, st.text(st.characters(exclude_categories=["Cs"]))),
    st.builds(Amend, NAMES, ATS, NAMES, ATS, DAYS),
    st.builds(Content, NAMES, ATS, NAMES, NAMES),
)  # fmt: skip


@given(EVENTS)
def test_round_trip(event: Event) -> None:
    """Every event comes back from its line, which has no line break in it."""
    line = encode(event)
    assert decode(line) == event
    assert b"\n" not in line and b"\r" not in line
    assert json.loads(line)["crc"] == line[-10:-2].decode()


WILD = st.text(st.sampled_from('aä"\\\n\r\x00\u2028\ud800'), max_size=6) | st.sampled_from(
    ["", "e", "a" * 128, "a" * 129, "a" * 1024, "a" * 1025]
)
NUMBERS = st.sampled_from([-1, 0, 1, 4, 5, 7, 8, 2**53, 2**53 + 1, DAY, AT])
WILD_EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Review, WILD, st.just(AT), WILD, NUMBERS, st.none() | NUMBERS, st.sampled_from(["study", "cram", "exam"]),
        st.just(DAY), st.sampled_from([DAY, AT]), st.none() | NUMBERS, st.none() | WILD, st.none() | WILD,
    ),
    st.builds(Undo, WILD, st.just(AT), WILD),
    st.builds(Suspend, WILD, st.just(AT), WILD, st.none() | WILD),
    st.builds(Flag, WILD, st.just(AT), WILD, NUMBERS),
    st.builds(Amend, WILD, st.just(AT), WILD, st.just(AT), st.just(DAY), st.none() | WILD),
    st.builds(Content, WILD, st.just(AT), WILD, WILD),
)  # fmt: skip


@given(WILD_EVENTS)
def test_what_would_not_be_read_is_not_written(event: Event) -> None:
    """Whatever event is accepted for writing is read back equal; every other one is refused in words."""
    try:
        line = encode(event)
    except SrsError as refused:
        assert refused.message.isprintable()
    else:
        assert decode(line) == event


def test_too_long_to_write() -> None:
    """A mark longer than a line is refused when it is written."""
    with pytest.raises(SrsError):
        encode(Mark("e", AT, "x:c1", "a" * MAX_LINE))


def test_half_a_surrogate_is_written_as_a_question_mark() -> None:
    """Text that no file can hold does not stop the journal."""
    event = decode(encode(Mark("e", AT, "x:c1", "a\udc80b")))
    assert event == Mark("e", AT, "x:c1", "a?b")


def test_id_layout() -> None:
    """An id is a UUIDv7 whose first 48 bits are the milliseconds."""
    import uuid

    made = uuid.UUID(new_id(AT, bytes(range(10))))
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, AT)


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**74 - 2))
def test_ids_rise(at: int, bits: int) -> None:
    """Ids rise with the time, and within a millisecond with the random part."""
    made = new_id(at, bits.to_bytes(10))
    assert made < new_id(at, (bits + 1).to_bytes(10)) < new_id(at + 1, bytes(10))
    assert is_new_id(made)


def test_imported_ids_are_told_apart() -> None:
    """A hash is not taken for an id made here."""
    assert not is_new_id("6f1ed002ab5595859014ebf0951522d9")
