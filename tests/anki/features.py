"""Collections to try on Anki: one with every feature and every oddity, and one with very many notes."""

from pathlib import Path

SETTINGS = 'timezone = "UTC"\n'

FEATURES = r"""
deck: Every::Feature "q" & 'r'::Ω 100%
description: |-
  All of it. <b>Not bold</b>
  & more
author: A. N. Other
licence: CC0-1.0
tags: [every, feature]
notes:
  - q: What is `{{field}}` in a template, and {{this}}?
    id: braces
    a: |-
      ```html
      {{#extra}}<b>{{cloze:text}}</b>{{/extra}} {{/}} {{=<% %>=}}
      ```
      and {{FrontSide}} {{c1::no cloze}} }}
    tags: ["a:b", "größe::漢字", "*", "100%", "_", "MiXed::Case", "marked-not", "'", "<b>", "a&b", "👍"]
  - q: Maths with braces
    id: maths
    a: |-
      $\frac{a}{{b}}$ and $x_{{i}_{j}}$, $a<b$, $a>b$, $\text{<b>}$

      $$\begin{pmatrix}1&2\\3&4\end{pmatrix}$$
  - q: "<script>alert('x')</script> <b>bold?</b> &amp; &lt; <!-- gone? --> <img src=x onerror=1>"
    id: html-like
    a: "a < b && c > d, <my-element>, </div></div>, ]]>"
  - q: "Emoji 👩‍👩‍👧‍👦 🇩🇪 ❤️ and e\u0301 \u00e9"
    id: emoji
    a: 漢字 ひらがな 한국어 ไทย
  - q: مرحبا بالعالم
    id: rtl
    a: שלום עולם (left to right) ‏mark
  - term: empty optional fields
    id: both
    means: nothing else
  - ask: Type it
    id: typed
    answer: "a < b & \"c\" 'd' {{e}}"
  - q: [First wording?, "Second {{wording}}?", Third?]
    id: wordings
    a: The same
  - cloze: "{{c1::outer {{c2::inner {{c3::innermost::hint}}}} end}} and {{c12::far}}, {{c2::again}}"
    id: nested
    extra: $x^{{c1}}$
  - cloze: "{{c1::$\\frac{a}{b}$}} and `code {{c2::in code}}` and {{c3::**bold** [link](https://example.org)}}"
    id: cloze-maths
  - cloze: |-
      - {{c1::a list}}
      - ![two](<two/a cat.png>) {{c2::beside a picture}}

      | a | b |
      |---|---|
      | {{c4::cell}} | 1 |
    id: cloze-blocks
  - concept: Backpropagation
    id: concept
    definition: Backpropagation walks the graph backwards.
    mental_model: Blame flows *upstream*.
    example: "One neuron: `a < b && c`."
    mistake: Not zeroing `.grad`.
    next_step: Write it.
    code: |-
      loss.backward()  # {{braces}}
      d = {'a': {'b': 1}}
    source: Karpathy, <https://example.org/?a=1&b=2>
    cards: [definition, name, mental_model, mistake, code, example, next_step]
    prompts:
      - q: Why zero the {{gradients}}?
        id: zero
        a: They add up.
  - concept: Only a definition
    id: lean
    definition: Nothing else is given.
  - quote: The map is not the territory we walk through, day by day
    id: quote
    by: Alfred Korzybski
    work: A lecture
    date: 1931-12-28
    place: p. 750
    url: https://example.org/?a=1&b=2
    fidelity: near
    meaning: A model leaves things out.
  - q: "Two pictures with one name: ![one](<one/a cat.png>) ![two](<two/a cat.png>)"
    id: pictures
    a: "[sound:a sound.mp3] and ![ünï](<ünï & code.svg>)"
  - q: "A picture alone is a front"
    id: alone
    a: "![one](<one/a cat.png>)"
  - type: wide
    fields:
      f1: The first of two hundred
      f100: "{{middle}}"
      f200: The last
    id: wide
  - type: Foreign
    id: foreign
    guid: 'k$9q[x"\'
    tags: [leech]
    fields:
      Front: <div style="color:red">} { x <img src="a cat.png"></div>
      Back: <b>B</b> &nbsp; [sound:its sound.mp3]
  - type: Foreign
    id: foreign-2
    guid: "Bf;D`<>&"
    fields:
      Front: only a front
"""

WIDE = (
    "notetype: wide\nmarker: f1\nfields:\n"
    + "".join(f"  - {{name: f{number}}}\n" for number in range(1, 201))
    + "templates:\n  - id: card\n    name: Card\n    front: '{{f1}}'\n    back: '{{FrontSide}}<hr id=answer>"
    + "".join(f"{{{{#f{number}}}}}{number}: {{{{f{number}}}}} {{{{/f{number}}}}}" for number in range(1, 201))
    + "'\n"
)

FOREIGN = """
notetype: Foreign
foreign: true
anki: {name: Mine, id: 1342697561419}
fields:
  - {name: Front}
  - {name: Back}
templates:
  - {id: one, name: Card 1, front: '{{Front}}', back: '{{FrontSide}}<hr id=answer>{{Back}}'}
  - {id: two, name: Card 2, front: '{{#Back}}{{hint:Back}}{{/Back}}', back: '{{FrontSide}}<hr id=answer>{{Front}}'}
css: |-
  .card { font-family: f; } @font-face { font-family: f; src: url("_font.woff"); }
"""

MEDIA = {
    "one/a cat.png": b"\x89PNG one",
    "two/a cat.png": b"\x89PNG two",
    "a cat.png": b"\x89PNG three",
    "a sound.mp3": b"ID3 meow",
    "its sound.mp3": b"ID3 purr",
    "ünï & code.svg": b"<svg/>",
    "_font.woff": b"wOFF",
    "not named.png": b"\x89PNG nobody",
}


def write_everything(root: Path) -> None:
    """A collection with every feature."""
    files = {"srs.toml": SETTINGS, "decks/every/features.yaml": FEATURES}
    files |= {"notetypes/wide.yaml": WIDE, "notetypes/foreign.yaml": FOREIGN}
    data = {name: text.encode() for name, text in files.items()}
    _write(root, data | {f"media/{name}": content for name, content in MEDIA.items()})


def write_many(root: Path, count: int) -> None:
    """A collection of `count` notes of several types in several decks, with maths, code, clozes and prompts."""
    decks = 20
    files = {"srs.toml": SETTINGS.encode()}
    for deck in range(decks):
        notes = "".join(_note(number) for number in range(deck, count, decks))
        files[f"decks/many/{deck}.yaml"] = f"deck: Many::{deck}\ntags: [many]\nnotes:\n{notes}".encode()
    _write(root, files)


def _note(number: int) -> str:
    kinds = (
        f"q: 'What is {number} & <{number}>?'\n    a: '**It** is $\\frac{{{number}}}{{1}}$, `x[{number}] < 3`.'",
        f"q: 'Number {number}?'\n    a: 'Yes, {{{{{number}}}}}.'",
        f"term: 'term {number}'\n    means: 'meaning of {number}'",
        f"cloze: 'In {number} there are {{{{c1::one}}}} and {{{{c2::two {{{{c3::three}}}}}}}}.'",
        f"ask: 'Type {number}'\n    answer: '{number}'",
    )
    return f"  - id: n{number}\n    {kinds[number % len(kinds)]}\n"


def _write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
