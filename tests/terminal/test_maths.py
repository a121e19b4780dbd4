"""LaTeX as Unicode: right, or raw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.maths import script, unicode


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\(x\)", "x"),
        (r"\alpha + \beta", "α+ β"),
        (r"x_i^2", "xᵢ²"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"a\leq b", "a ≤ b"),
        (r"3\times4", "3 × 4"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\frac{1}{2}x", "(1/2)x"),
        (r"c/\frac{a}{b}", "c/(a/b)"),
        (r"\left(\frac{a}{b}\right)^2", "(a/b)²"),
        (r"\frac{\partial L}{\partial w_{ij}}", "(∂L)/(∂wᵢⱼ)"),
        (r"\frac{-b\pm\sqrt{b^2-4ac}}{2a}", "(−b ± √(b²−4ac))/(2a)"),
        (r"\sqrt{2}", "√2"),
        (r"\sqrt{x}y", "√(x)y"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"x^12", "x¹2"),
        (r"W_Q x", "W_Q x"),
        (r"W_Qx", "W_Q x"),
        (r"W_Q^2", "(W_Q)²"),
        (r"e^{-x^2}", "e^(−x²)"),
        (r"\int_0^\infty f", "∫₀^∞ f"),
        (r"P_{\text{data}}(x)", "P_data(x)"),
        (r"-\sum_i p_i\log q_i", "−∑ᵢ pᵢ log qᵢ"),
        (r"x \in \mathbb{R}^{n \times m}", "x ∈ ℝ^(n×m)"),
        (r"\hat{y}", "y\u0302"),
        (r"f'(x)", "f′(x)"),
        (r"90^\circ", "90°"),
        (r"\{1, 2\}", "{1, 2}"),
    ],
)
def test_shown(latex: str, shown: str) -> None:
    """Common formulas read as they are meant on one line."""
    assert unicode(latex) == shown


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{matrix}1 & 2\end{matrix}",
        r"\foo{x}",
        r"a \\ b",
        r"\frac{a}",
        "x^",
        "x_{1",
        "}",
        "{" * 5000,
        r"\text{\b}",
    ],
)
def test_raw(latex: str) -> None:
    """What is not understood, or broken, is shown as it was written."""
    assert unicode(f"\\({latex}\\)") == latex.strip()


def test_scripts_of_html() -> None:
    """`<sup>` and `<sub>` use the same letters."""
    assert (script("^", "2"), script("_", "2"), script("^", "1st Q")) == ("²", "₂", "^(1st Q)")


PIECES = st.sampled_from([*"\\{}^_ ab1+/()[]", "\\frac", "\\sqrt", "\\text", "\\alpha", "\\leq", "\\left", "\\hat"])


@given(st.lists(PIECES).map("".join))
def test_never_half_converted(latex: str) -> None:
    """Either nothing of LaTeX is left, or nothing was touched."""
    shown = unicode(f"\\({latex}\\)")
    assert shown == latex.strip() or "\\" not in shown
