"""Derived ids are frozen: these vectors must never change, or people lose their history."""

import hashlib
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.identity import derived_id, slug, valid_id

VECTORS = {
    "Backpropagation": "backpropagation-33bf3b",
    "What does `.grad` hold after `loss.backward()`?": "what-does-grad-hold-after-loss-b-d65e8e",
    "**Bold** and $x^2$": "bold-and-x-2-aa9427",
    "The hottest new programming language is English": "the-hottest-new-programming-lang-22ce51",
    "Scores are {{c1::masked}}.": "scores-are-c1-masked-2237f0",
    "Café au lait": "cafe-au-lait-793e76",
    "Straße": "stra-e-58a377",
    "x² + ½": "x2-1-2-ef17df",
    "İstanbul": "istanbul-24ec8f",
    "a—b": "a-b-705b80",
    "反向传播": "n-4e20c7",
    "?": "n-8a8de8",
}


@pytest.mark.parametrize("text", VECTORS)
def test_vectors(text):
    """A marker's text has had this id since the first release."""
    assert derived_id(text) == VECTORS[text]


def test_hash_is_of_the_composed_form():
    """The same text typed with combining marks, or with white space around it, is the same note."""
    text = "Café au lait"
    assert derived_id(unicodedata.normalize("NFD", text)) == derived_id(f"  {text}\n") == derived_id(text)
    assert derived_id(text)[-6:] == hashlib.sha256(text.encode()).hexdigest()[:6]


@given(st.text())
def test_a_derived_id_is_valid(text):
    """Whatever the text, its id is one that could have been written, of at most 39 characters."""
    assert valid_id(derived_id(text))
    assert re.fullmatch(r"(?=.{1,39}$)[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{6}", derived_id(text))


@given(st.text())
def test_slug(text):
    """A slug has words of a-z and 0-9 with single dashes between, and at most 32 characters."""
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug(text)) and len(slug(text)) <= 32


@pytest.mark.parametrize("text", ["a", "karpathy-backprop", "0.1_x", "-", "a" * 200])
def test_valid(text):
    """An id is made of a-z, 0-9, dot, underline and dash, at most 200 of them."""
    assert valid_id(text)


@pytest.mark.parametrize("text", ["", "A", "a b", "a:b", "é", "a\n", "a/b", "٣", "a" * 201])
def test_not_valid(text):
    """Anything else is no id; a colon would be taken for the one between note and card."""
    assert not valid_id(text)
