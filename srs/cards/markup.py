"""The text of one field to HTML: Markdown with tables, maths and highlighted code. Knows nothing of notes or templates.

Nothing in the text becomes live: raw HTML is shown as text, links are http or https, control characters become visible.
Cloze markers come through wherever they stand. They travel as placeholders that Markdown takes for punctuation, and if
Markdown swallows one (in an address, say) the text is shown without Markdown. Braces that belong to no marker are
written so that neither Anki's clozes nor its templates see them.
"""

import html
import re
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from srs.cards import cloze as clozes
from srs.cards.notetype import FieldKind

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST_CODE = 20_000  # characters; longer code stays without colours
LONGEST_MARKDOWN = 20_000  # characters; hostile Markdown takes time by the square, so longer text stays plain
DEEPEST = 100  # levels of lists and quotations

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MARKED_CODE = re.compile(r"\A\s*`|^ {0,3}(?:```|~~~)", re.MULTILINE)
# One line, of which Markdown makes nothing.
_WITHOUT_MARKS = re.compile(r"[^\W\d_][^`*_\[\]<>&$\\\x00-\x1f]*(?<=\S)")
_HTTP = re.compile(r"https?://\S+", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PLACEHOLDER = re.compile("⁅([\ue000-\uf8ff])([0-9]+)⁆")
_LOOSE_BRACES = re.compile(r"[{}]{2,}|[{}](?=⁅[\ue000-\uf8ff])|(?<=[0-9]⁆)[{}]")
# Names of pygments' token types to the classes that the style knows; the most special that fits.
_CLASSES = (
    ("Keyword", "k"),
    ("Literal.String", "s"),
    ("Literal.Number", "m"),
    ("Comment", "c"),
    ("Name.Function", "nf"),
    ("Name.Class", "nc"),
    ("Name.Builtin", "nb"),
    ("Name.Decorator", "nd"),
    ("Generic.Deleted", "gd"),
    ("Generic.Inserted", "gi"),
    ("Operator.Word", "k"),
)


def to_html(text: str, kind: FieldKind, *, cloze: bool = True) -> str:
    """The field's HTML. A text of one paragraph has no `<p>` around it. `cloze`: whether markers in it mean anything.

    Nothing is dropped: what Markdown makes nothing of, and what is too long or too deep for it, is shown as text.
    """
    if kind == "html":
        return text
    text = _visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    if kind in ("text", "date", "choice"):
        return _braces(_plain(text))
    guarded = _Guarded(text, cloze)
    if kind == "code" and not _MARKED_CODE.search(text):
        made = _code_block(guarded.text.strip("\n"), _language_of(text))
    else:
        made = _markdown(guarded.text)
    if not guarded.is_whole(made) or (not made.strip() and text.strip()):
        made = _plain(guarded.text)
    return guarded.restored(_braces(made))


class Part(NamedTuple):
    """A block of Markdown that stands in no other: its lines, from `start` up to `end` (from 0), and its HTML."""

    start: int
    end: int
    html: str


def parts(text: str, *, cloze: bool = True) -> list[Part] | None:
    """The blocks of a Markdown text one by one, as `to_html` has them; None where it makes no Markdown of the text.

    Lines of no block are blank, or say where a link leads to.
    """
    guarded = _Guarded(_visible(text.replace("\r\n", "\n").replace("\r", "\n")), cloze)
    if len(guarded.text) > LONGEST_MARKDOWN:
        return None
    parser = _parser()
    env: dict[str, Any] = {}
    tokens = parser.parse(guarded.text, env)
    if any(token.level >= DEEPEST - 2 for token in tokens):
        return None
    found, made, first = [], "", 0
    for index, token in enumerate(tokens):
        if token.level or token.nesting > 0:
            continue
        html: str = parser.renderer.render(tokens[first : index + 1], parser.options, env)
        made += html
        start, end = tokens[first].map or (0, 0)
        found.append(Part(start, end, guarded.restored(_braces(html.strip("\n")))))
        first = index + 1
    return found if guarded.is_whole(made) and (made.strip() or not text.strip()) else None


def _visible(text: str) -> str:
    """Control characters as the pictures Unicode has for them."""
    return _CONTROLS.sub(lambda match: chr(0x2400 + ord(match[0])) if match[0] < " " else "\ufffd", text)


def _plain(text: str) -> str:
    if _HTTP.fullmatch(text):
        address = html.escape(text)
        return f'<a href="{address}">{address}</a>'
    return html.escape(text, quote=False).replace("\n", "<br>")


def _braces(made: str) -> str:
    return _LOOSE_BRACES.sub(lambda match: match[0].replace("{", "&#123;").replace("}", "&#125;"), made)


class _Guarded:
    """A text whose cloze markers are replaced by placeholders."""

    def __init__(self, text: str, cloze: bool) -> None:
        marks = clozes.marks(text, paired=True) if cloze else []
        sign = _unused(text)
        self._markers = [text[mark.start : mark.end] for mark in marks]
        parts: list[str] = []
        position = 0
        for index, mark in enumerate(marks):
            parts += (text[position : mark.start], f"⁅{sign}{index}⁆")
            position = mark.end
        self.text = "".join(parts) + text[position:]
        self._sign = sign

    def is_whole(self, made: str) -> bool:
        """Whether every placeholder is still there, in order."""
        found = [int(match[2]) for match in _PLACEHOLDER.finditer(made) if match[1] == self._sign]
        return found == list(range(len(self._markers)))

    def restored(self, made: str) -> str:
        return _PLACEHOLDER.sub(lambda match: self._marker(match), made) if self._markers else made

    def _marker(self, match: re.Match[str]) -> str:
        return self._markers[int(match[2])] if match[1] == self._sign else match[0]


def _unused(text: str) -> str:
    return next((sign for sign in map(chr, range(0xE000, 0xF8FF)) if sign not in text), "\uf8ff")


def _markdown(text: str) -> str:
    """The text as HTML, empty where Markdown is no help."""
    if len(text) > LONGEST_MARKDOWN:
        return ""
    if _WITHOUT_MARKS.fullmatch(text):
        return text.replace('"', "&quot;")
    parser = _parser()
    env: dict[str, Any] = {}
    tokens = parser.parse(text, env)
    if any(token.level >= DEEPEST - 2 for token in tokens):
        return ""
    if len(tokens) == 3 and tokens[0].type == "paragraph_open":
        tokens = tokens[1:2]
    made: str = parser.renderer.render(tokens, parser.options, env)
    return made.strip("\n")


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.dollarmath.index import math_inline_dollar

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).enable("table")
    dollarmath_plugin(parser, allow_labels=False, allow_space=False, double_inline=True)
    parser.inline.ruler.at("math_inline", _unless_money(math_inline_dollar(False, True, True)))
    parser.validateLink = _is_safe  # type: ignore[assignment, method-assign]
    rules: dict[str, Callable[[Sequence[Token], int], str]] = {
        "fence": lambda tokens, index: _code_block(tokens[index].content, _info(tokens[index])) + "\n",
        "code_block": lambda tokens, index: _code_block(tokens[index].content, "") + "\n",
        "math_inline": lambda tokens, index: f'<span class="math">\\({_maths(tokens[index].content)}\\)</span>',
        "math_inline_double": lambda tokens, index: f'<span class="math">\\[{_maths(tokens[index].content)}\\]</span>',
        "math_block": lambda tokens, index: f'<div class="math">\\[{_maths(tokens[index].content)}\\]</div>\n',
        "image": _image,
        "link_open": _link,
        "link_close": lambda tokens, index: f"</{tokens[index].tag}>",
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, _render_rule(rule))
    return parser


def _render_rule(rule: Callable[[Sequence["Token"], int], str]) -> Callable[..., str]:
    return lambda renderer, tokens, index, options, env: rule(tokens, index)


def _unless_money(rule: Callable[[Any, bool], bool]) -> Callable[[Any, bool], bool]:
    """The plugin's rule, but a digit next to the dollars means money, as in Pandoc (`$5 or $6`)."""

    def guarded(state: Any, silent: bool) -> bool:
        start, pushed = state.pos, len(state.tokens)
        if (start and state.src[start - 1].isdigit()) or not rule(state, silent):
            return False
        if state.src[state.pos : state.pos + 1].isdigit():
            if len(state.tokens) > pushed and state.tokens[-1].type.startswith("math"):
                state.tokens.pop()
            state.pos = start
            return False
        return True

    return guarded


def _is_safe(address: str) -> bool:
    """Addresses that Markdown may use at all: http, https, and the plain names of pictures."""
    return _HTTP.match(address) is not None or _SCHEME.match(address) is None


def _link(tokens: Sequence["Token"], index: int) -> str:
    token = tokens[index]
    address = str(token.attrGet("href") or "")
    if _HTTP.match(address):
        return f'<a href="{html.escape(address)}">'
    # Links do not nest: the next closing one is this one's.
    token.tag = "span"
    next(each for each in tokens[index:] if each.type == "link_close").tag = "span"
    return "<span>"


def _image(tokens: Sequence["Token"], index: int) -> str:
    from urllib.parse import unquote

    token = tokens[index]
    source = str(token.attrGet("src") or "")
    # Anki finds a picture by its name as the file has it, never by an encoded one.
    name = source if _HTTP.match(source) else _visible(unquote(source))
    alt = "".join(child.content for child in token.children or ())
    return f'<img src="{html.escape(name)}" alt="{html.escape(alt)}">'


def _maths(content: str) -> str:
    content = re.sub(r"([{}])(?=\1|⁅[\ue000-\uf8ff])", r"\1 ", content.strip())
    content = re.sub(r"(?<=[0-9]⁆)([{}])", r" \1", content)
    return html.escape(content, quote=False)


def _info(token: "Token") -> str:
    return token.info.split()[0] if token.info.split() else ""


def _language_of(text: str) -> str:
    """Code without a fence is Python if it reads as Python; no other guess is safe."""
    if len(text) > LONGEST_CODE:
        return ""
    import ast

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(clozes.plain(text))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return ""
    return "python"


def _code_block(content: str, language: str) -> str:
    return f'<pre class="code"><code>{_highlighted(content, language)}</code></pre>'


def _highlighted(content: str, language: str) -> str:
    """Code with static spans; placeholders stand outside them, so that a marker never cuts one in two."""
    code, breaks, position = "", [], 0
    for match in _PLACEHOLDER.finditer(content):
        code += content[position : match.start()]
        breaks.append((len(code), match[0]))
        position = match.end()
    code += content[position:]
    code, ends = code.rstrip("\n"), iter([*breaks, (len(code) + 1, "")])
    out: list[str] = []
    start = 0
    at, placeholder = next(ends)
    for css, value in _tokens(code, language):
        while at < start + len(value) or (at == start and not value):
            out += (_span(css, value[: at - start]), placeholder)
            value, start = value[at - start :], at
            at, placeholder = next(ends)
        out.append(_span(css, value))
        start += len(value)
    while placeholder:
        out.append(placeholder)
        at, placeholder = next(ends)
    return "".join(out)


def _span(css: str, value: str) -> str:
    escaped = html.escape(value, quote=False)
    return f'<span class="{css}">{escaped}</span>' if css and value.strip() else escaped


def _tokens(code: str, language: str) -> list[tuple[str, str]]:
    """The code in pieces with the class of each, neighbours of one class joined."""
    if not language or len(code) > LONGEST_CODE:
        return [("", code)]
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped, unused-ignore]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped, unused-ignore]

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return [("", code)]
    pieces: list[tuple[str, str]] = []
    for kind, value in lexer.get_tokens(code):
        css = _class_of(str(kind).removeprefix("Token."))
        if pieces and pieces[-1][0] == css:
            value = pieces.pop()[1] + value
        pieces.append((css, value))
    return pieces if "".join(value for _, value in pieces) == code else [("", code)]


@cache
def _class_of(kind: str) -> str:
    return next((css for name, css in _CLASSES if kind == name or kind.startswith(name + ".")), "")
