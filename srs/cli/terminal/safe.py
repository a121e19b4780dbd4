"""Text made safe to print: controls and bidi overrides become visible signs. Knows nothing of HTML or styles.

Decks come from strangers. A terminal obeys what it is sent: ESC sequences can retitle windows, write the clipboard or
repaint earlier lines, C1 controls do the same in one character, and bidi overrides make text read as other text. The
direction marks LRM, RLM and ALM only nudge neighbours and are needed in honest Arabic and Hebrew, so they stay.
"""


def _signs() -> dict[int, str]:
    signs = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
    signs[0x7F] = "␡"
    signs[0x1B] = "␛"
    named = (
        *range(0x80, 0xA0),  # C1
        *range(0x2028, 0x202F),  # line and paragraph separators, embeddings, overrides
        *range(0x2066, 0x2070),  # isolates and the deprecated format controls
    )
    signs.update((code, f"⟨U+{code:04X}⟩") for code in named if code != 0x202F)
    return signs


_SIGNS = _signs()


def visible(text: str) -> str:
    """`text` with every control character but newline and tab, bidi override and lone surrogate as visible text."""
    if text.isprintable():
        return text
    shown = text.translate(_SIGNS)
    try:
        shown.encode()
    except UnicodeEncodeError:
        return "".join(f"⟨U+{ord(c):04X}⟩" if "\ud800" <= c <= "\udfff" else c for c in shown)
    return shown
