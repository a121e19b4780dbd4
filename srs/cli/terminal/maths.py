r"""LaTeX of the everyday kind as one line of Unicode: `\frac{a+b}{c}` -> `(a+b)/c`. Knows nothing of HTML or terminals.

Never wrong rather than always pretty: a fraction, a root or a script is put in parentheses wherever one line could be
read another way, and anything not understood (an environment, an unknown macro) leaves the whole formula as LaTeX.
Scripts without a Unicode form are written linearly, `W_Q`, `e^(−x²/2)`.
"""

import re
from collections.abc import Callable
from typing import NamedTuple


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":", 1) for pair in text.split())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SYMBOLS = _pairs(
    "alpha:α beta:β gamma:γ delta:δ epsilon:ϵ varepsilon:ε zeta:ζ eta:η theta:θ vartheta:ϑ iota:ι kappa:κ lambda:λ "
    "mu:μ nu:ν xi:ξ omicron:ο pi:π varpi:ϖ rho:ρ varrho:ϱ sigma:σ varsigma:ς tau:τ upsilon:υ phi:ϕ varphi:φ chi:χ "
    "psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ Pi:Π Sigma:Σ Upsilon:Υ Phi:Φ Psi:Ψ Omega:Ω "
    "infty:∞ partial:∂ nabla:∇ hbar:ℏ ell:ℓ Re:ℜ Im:ℑ aleph:ℵ emptyset:∅ varnothing:∅ top:⊤ bot:⊥ angle:∠ "
    "triangle:△ prime:′ degree:° dagger:† ldots:… dots:… cdots:⋯ vdots:⋮ ddots:⋱ forall:∀ exists:∃ nexists:∄ neg:¬ "
    "lnot:¬ imath:ı jmath:ȷ"
)
_BIG = _pairs("sum:∑ prod:∏ coprod:∐ int:∫ iint:∬ iiint:∭ oint:∮ bigcup:⋃ bigcap:⋂ bigoplus:⨁ bigotimes:⨂")
_RELATIONS = _pairs(
    "leq:≤ le:≤ geq:≥ ge:≥ neq:≠ ne:≠ approx:≈ equiv:≡ sim:∼ simeq:≃ cong:≅ propto:∝ ll:≪ gg:≫ in:∈ notin:∉ ni:∋ "
    "subset:⊂ supset:⊃ subseteq:⊆ supseteq:⊇ perp:⊥ parallel:∥ mid:∣ vdash:⊢ models:⊨ to:→ rightarrow:→ "
    "longrightarrow:⟶ leftarrow:← gets:← leftrightarrow:↔ Rightarrow:⇒ implies:⟹ Longrightarrow:⟹ Leftarrow:⇐ "
    "Leftrightarrow:⇔ iff:⟺ mapsto:↦ uparrow:↑ downarrow:↓ coloneqq:≔ triangleq:≜ doteq:≐ lt:< gt:> "
    "cdot:· times:× div:÷ pm:± mp:∓ ast:∗ star:⋆ circ:∘ bullet:• oplus:⊕ ominus:⊖ otimes:⊗ odot:⊙ cup:∪ cap:∩ "
    "setminus:∖ wedge:∧ land:∧ vee:∨ lor:∨"
)
_FUNCTIONS = _words(
    "arccos arcsin arctan arg cos cosh cot csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr "
    "sec sin sinh sup tan tanh"
)
_DELIMITERS = {
    "{": "{", "}": "}", "|": "‖", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "lvert": "|", "rvert": "|", "vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lbrace": "{",
    "rbrace": "}", "backslash": "∖",
}  # fmt: skip
_LITERALS = {"%": "%", "$": "$", "#": "#", "&": "&", "_": "_"}
_SPACES = {",": " ", ";": " ", ":": " ", " ": " ", "quad": "  ", "qquad": "    ", "!": "", ">": " "}
_IGNORED = _words("left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle limits nolimits")
_TEXTS = _words("text mathrm textrm textit textbf mathit mathsf mathtt texttt operatorname mbox textsf")
_SAME = _words("mathbf boldsymbol bm")  # weight is lost, the letter is not
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
}  # fmt: skip
_LETTERS = {
    "mathbb": ("ABCDEFGHIJKLMNOPQRSTUVWXYZ1", "𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ𝟙"),
    "mathcal": ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "𝒜ℬ𝒞𝒟ℰℱ𝒢ℋℐ𝒥𝒦ℒℳ𝒩𝒪𝒫𝒬ℛ𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵"),
}
_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθιϕφχ′*∗⊤°∘†",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᶥᵠᵠᵡ′**ᵀ°°†",
        strict=True,
    )
)
_LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρϕφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵩᵪ", strict=True))

_TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)
_DEEPEST = 20
_WRAPPERS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$"))


def unicode(latex: str) -> str:
    r"""The formula on one line. `latex` may stand in `\(…\)`, `\[…\]` or dollars; what cannot be shown is raw."""
    bare = latex.strip()
    for opening, closing in _WRAPPERS:
        if bare.startswith(opening) and bare.endswith(closing) and len(bare) >= len(opening) + len(closing):
            bare = bare[len(opening) : len(bare) - len(closing)].strip()
            break
    try:
        return _Reader(bare).whole()
    except _NotUnderstood:
        return bare


def script(mark: str, text: str) -> str:
    """`text` raised (`^`) or lowered (`_`): in Unicode where it exists, else `^x`, `_word` or `^(more)`."""
    table = _RAISED if mark == "^" else _LOWERED
    tight = "".join(text.split())
    if tight and all(character in table for character in tight):
        return "".join(table[character] for character in tight)
    bare = len(text) == 1 or (mark == "_" and text.isalnum())
    return f"{mark}{text}" if bare else f"{mark}({text})"


class _NotUnderstood(Exception):
    """This formula is shown as LaTeX."""


class _Piece(NamedTuple):
    """Part of a formula. `guarded` is its form beside other operands.

    `kind` is atom, word, big, operator, relation, open, close or space.
    """

    text: str
    kind: str = "atom"
    guarded: str = ""
    simple: bool = True  # may stand beside a slash or under a root without parentheses

    @property
    def safe(self) -> str:
        return self.guarded or self.text


class _Reader:
    """Recursive descent over the tokens of one formula, at most `_DEEPEST` groups deep."""

    def __init__(self, latex: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(latex)
        self._at = 0
        self._depth = 0

    def whole(self) -> str:
        text = _joined(self._pieces(until=""))
        if self._at < len(self._tokens):
            raise _NotUnderstood
        return text.strip()

    def _next(self) -> str:
        """The next token, `` at the end. Spaces after a command belong to it."""
        if self._at >= len(self._tokens):
            return ""
        self._at += 1
        token = self._tokens[self._at - 1]
        return token.rstrip() if token[0] == "\\" and len(token) > 2 else token

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _skip_spaces(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _pieces(self, until: str) -> list[_Piece]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotUnderstood
        pieces: list[_Piece] = []
        while (token := self._peek()) and token != until:
            if token in ("^", "_"):
                self._at += 1
                base = pieces.pop() if pieces and pieces[-1].kind != "space" else _Piece("")
                pieces.append(self._scripted(base, token))
            else:
                pieces.extend(self._piece())
        self._depth -= 1
        return pieces

    def _scripted(self, base: _Piece, mark: str) -> _Piece:
        argument = self._argument()
        raised = script(mark, _joined(argument, tight=True))
        text = (f"({base.text})" if base.guarded.endswith(" ") else base.safe) + raised
        guarded = text + " " if raised[0] == mark and raised[-1] != ")" else ""
        kind = base.kind if base.kind in ("big", "word", "close") else "atom"
        return _Piece(text, kind, guarded)

    def _argument(self) -> list[_Piece]:
        """A group in braces, or the one token that LaTeX would take."""
        self._skip_spaces()
        token = self._peek()
        if token == "{":
            return self._group()
        if token and token[0].isdigit() and len(token) > 1:  # x^12 is x^1 2
            self._tokens[self._at : self._at + 1] = [token[0], token[1:]]
        if token in ("", "}", "^", "_"):
            raise _NotUnderstood
        return self._piece()

    def _group(self) -> list[_Piece]:
        self._at += 1
        pieces = self._pieces(until="}")
        if self._next() != "}":
            raise _NotUnderstood
        return pieces

    def _piece(self) -> list[_Piece]:
        token = self._next()
        if token == "{":
            self._at -= 1
            return self._group()
        if token in ("}", "&", "\\"):
            raise _NotUnderstood
        if token[0] == "\\":
            return self._command(token[1:])
        if token.isspace() or token == "~":
            return [_Piece(" ", "space")]
        if token == "'":
            return [_Piece("′", "close")]
        if token in "([":
            return [_Piece(token, "open")]
        if token in ")]!":
            return [_Piece(token, "close")]
        if token == "-":
            return [_Piece("−", "operator")]
        return [_Piece(token, "atom" if token.isalnum() or "." in token[1:] else "operator")]

    def _command(self, name: str) -> list[_Piece]:
        if found := _SYMBOLS.get(name) or _LITERALS.get(name):
            return [_Piece(found)]
        if found := _BIG.get(name):
            return [_Piece(found, "big")]
        if found := _RELATIONS.get(name):
            return [_Piece(found, "relation")]
        if name in _FUNCTIONS:
            return [_Piece(name, "word", simple=False)]
        if found := _DELIMITERS.get(name):
            return [_Piece(found, "open" if found in "{⟨⌊⌈" else "close" if found in "}⟩⌋⌉" else "operator")]
        if name in _SPACES:
            return [_Piece(_SPACES[name], "space")]
        if name in _IGNORED:
            return self._delimiter(name)
        if name in _SAME:
            return self._argument()
        if action := _ACTIONS.get(name):
            return [action(self)]
        if name in _TEXTS:
            return [self._text(name)]
        if name in _ACCENTS:
            return [self._accented(_ACCENTS[name])]
        if name in _LETTERS:
            return [self._lettered(*_LETTERS[name])]
        raise _NotUnderstood

    def _delimiter(self, name: str) -> list[_Piece]:
        """`\\left.` shows nothing; any other delimiter is read as what follows."""
        self._skip_spaces()
        if name in ("left", "right") and self._peek() == ".":
            self._at += 1
        return []

    def fraction(self) -> _Piece:
        above, below = self._argument(), self._argument()
        text = f"{_bare_or_bracketed(above)}/{_bare_or_bracketed(below)}"
        return _Piece(text, guarded=f"({text})", simple=False)

    def root(self) -> _Piece:
        degree = ""
        if self._peek() == "[":
            self._at += 1
            degree = _joined(self._pieces(until="]"), tight=True)
            if self._next() != "]":
                raise _NotUnderstood
        sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree)
        if sign is None:
            raise _NotUnderstood
        inside = self._argument()
        return _Piece(sign + _bare_or_bracketed(inside), guarded=f"{sign}({_joined(inside)})", simple=False)

    def choose(self) -> _Piece:
        above, below = self._argument(), self._argument()
        return _Piece(f"({_joined(above)} choose {_joined(below)})")

    def modulus(self) -> _Piece:
        return _Piece(f" (mod {_joined(self._argument())})", "close")

    def _text(self, name: str) -> _Piece:
        """The words as written: nothing in them is maths."""
        self._skip_spaces()
        if self._next() != "{":
            raise _NotUnderstood
        words: list[str] = []
        while (token := self._peek()) != "}":
            if token in ("", "{", "$") or token[0] == "\\":
                raise _NotUnderstood
            words.append(token)
            self._at += 1
        self._at += 1
        text = "".join(words)
        if name == "operatorname":
            return _Piece(text, "word", simple=False)
        return _Piece(text, "atom", simple=text.isalnum())

    def _accented(self, accent: str) -> _Piece:
        text = _joined(self._argument())
        if len(text) != 1:
            raise _NotUnderstood
        return _Piece(text + accent)

    def _lettered(self, plain: str, fancy: str) -> _Piece:
        text = _joined(self._argument())
        if not text or any(character not in plain for character in text):
            raise _NotUnderstood
        return _Piece("".join(fancy[plain.index(character)] for character in text))


_ACTIONS: dict[str, Callable[[_Reader], _Piece]] = {
    "frac": _Reader.fraction,
    "dfrac": _Reader.fraction,
    "tfrac": _Reader.fraction,
    "sqrt": _Reader.root,
    "binom": _Reader.choose,
    "pmod": _Reader.modulus,
}


def _bare_or_bracketed(pieces: list[_Piece]) -> str:
    """One number, letter or letter with scripts as it is; anything longer in parentheses."""
    shown = [piece for piece in pieces if piece.kind != "space"]
    text = _joined(shown if len(shown) == 1 else pieces).strip()
    alone = len(shown) == 1 and shown[0].kind == "atom" and shown[0].simple
    return text if alone else f"({text})"


def _joined(pieces: list[_Piece], tight: bool = False) -> str:
    """The pieces in a row, guarded where a neighbour could be read into them; `tight` leaves out spaces."""
    parts: list[str] = []
    for i, piece in enumerate(pieces):
        before = pieces[i - 1].kind if i else ""
        after = pieces[i + 1].kind if i + 1 < len(pieces) else ""
        follower = pieces[i + 2].kind if after == "space" and i + 2 < len(pieces) else after
        leader = pieces[i - 2].kind if before == "space" and i > 1 else before
        if piece.kind == "space":
            parts.append("" if tight else piece.text)
        elif piece.kind == "relation":
            parts.append(piece.text if tight else _spaced(piece.text, before, after))
        elif piece.kind == "word":
            left = " " if before in ("atom", "close") else ""
            parts.append(left + piece.text + (" " if after in ("atom", "word", "big") else ""))
        elif piece.guarded.endswith(" "):
            parts.append(piece.guarded if after == "atom" else piece.text)
        else:
            parts.append(piece.safe if _crowded(leader, follower, pieces, i) else piece.text)
    return "".join(parts)


def _spaced(sign: str, before: str, after: str) -> str:
    return (" " if before not in ("", "space") else "") + sign + (" " if after not in ("", "space") else "")


def _crowded(leader: str, follower: str, pieces: list[_Piece], i: int) -> bool:
    """Whether an operand, or a slash, stands directly beside piece `i`."""
    operands = ("atom", "open", "close", "word", "big")
    slashes = any(0 <= j < len(pieces) and pieces[j].text == "/" for j in (i - 2, i - 1, i + 1))
    return leader in ("atom", "close", "word") or (follower in operands and follower != "close") or slashes
