"""Values behave as frozen dataclasses with slots do."""

import copy
import dataclasses
import importlib
import pickle
import pkgutil
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, fields
from typing import Any

import pytest

import srs
from srs.values import field, frozen, replace


def body(field: Any) -> type[Any]:
    """A class body as both decorators get it, each with what it calls `field`."""

    class Shape:
        """Said of a shape."""

        name: str
        size: int = 2
        parts: list[int] = field(default_factory=list)
        seen: str = field(default="", compare=False)

        def __post_init__(self) -> None:
            if self.size < 0:
                raise ValueError("negative")

    return type("Shape", (), {**vars(Shape), "__qualname__": "Outer.Shape"})


def ours(used: int) -> Any:
    """Our class, of which so many values were made: the first few are made in another way."""
    made: Any = frozen(body(field))
    for _ in range(used):
        made("x")
    return made


Theirs: Any = dataclass(frozen=True, slots=True)(body(dataclasses.field))


@frozen
class Kept:
    """At module level, where pickle finds it."""

    one: int
    two: tuple[int, ...] = ()


@frozen
class Nothing:
    """No names at all."""


@pytest.mark.parametrize(
    "make",
    [
        lambda cls: repr(cls("a")),
        lambda cls: repr(cls("a", 3, [1], "x")),
        lambda cls: repr(cls(name="a", seen="x")),
        lambda cls: cls("a") == cls("a"),
        lambda cls: cls("a", seen="x") == cls("a", seen="y"),
        lambda cls: cls("a") == cls("b"),
        lambda cls: cls("a") == "a",
        lambda cls: asdict(cls("a", 3)),
        lambda cls: repr(dataclasses.replace(cls("a"), size=7)),
        lambda cls: repr(replace(cls("a", 3, [1], "x"), size=7)),
        lambda cls: [(f.name, f.compare) for f in fields(cls)],
        lambda cls: cls.__match_args__,
        lambda cls: cls("a").parts is cls("a").parts,
        lambda cls: hasattr(cls("a"), "__dict__"),
        lambda cls: repr(copy.deepcopy(cls("a", 1, [2]))),
    ],
)
@pytest.mark.parametrize("used", [0, 100])
def test_as_a_dataclass(make: Callable[[Any], object], used: int) -> None:
    """What is made of a value and of a frozen dataclass with the same body is the same, the first time and later."""
    assert make(ours(used)) == make(Theirs)


@pytest.mark.parametrize("used", [0, 100])
@pytest.mark.parametrize(
    ("do", "error"),
    [
        (lambda cls: setattr(cls("a"), "name", "b"), FrozenInstanceError),
        (lambda cls: delattr(cls("a"), "name"), FrozenInstanceError),
        (lambda cls: cls(), TypeError),
        (lambda cls: cls("a", nobody=1), TypeError),
        (lambda cls: cls("a", name="b"), TypeError),
        (lambda cls: cls("a", 1, [], "", 5), TypeError),
        (lambda cls: cls("a", -1), ValueError),
        (lambda cls: hash(cls("a")), TypeError),
        (lambda cls: replace(cls("a"), size=-1), ValueError),
        (lambda cls: replace(cls("a"), nobody=1), TypeError),
    ],
)
def test_refuses_as_a_dataclass(do: Callable[[Any], object], error: type[Exception], used: int) -> None:
    """A value refuses what a frozen dataclass refuses, with the same error in the same words."""
    with pytest.raises(error) as theirs:
        do(Theirs)
    with pytest.raises(error) as said:
        do(ours(used))
    assert str(said.value) == str(theirs.value)


def test_equal_values_are_one_key() -> None:
    """Equal values have equal hashes, other values of the same numbers are not equal to them."""
    assert len({Kept(1, (2,)), Kept(1, (2,)), Kept(2)}) == 2
    assert Kept(1, ()) != (1, ())
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert fields(Nothing) == ()


def test_values_travel() -> None:
    """A value comes back whole from pickle."""
    assert pickle.loads(pickle.dumps(Kept(1, (2, 3)))) == Kept(1, (2, 3))


def test_values_match_by_place() -> None:
    """A value is taken apart by a pattern, in the order of its names."""
    match Kept(1, (2,)):
        case Kept(one, two):
            assert (one, two) == (1, (2,))


def test_what_a_value_says_itself_stands() -> None:
    """A method that a class has of its own is not replaced."""

    @frozen
    class Said:
        one: int

        def __repr__(self) -> str:
            return "said"

    assert repr(Said(1)) == "said"


def values() -> list[type[Any]]:
    """Every value of the product."""
    names = {module.name for module in pkgutil.walk_packages(srs.__path__, "srs.")} - {"srs.__main__"}  # that one runs
    modules = map(importlib.import_module, names)
    found = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    return sorted((each for each in found if each.__setattr__ is Kept.__setattr__), key=lambda each: each.__module__)


def test_nothing_in_values_is_left_out() -> None:
    """No value of the product uses what `frozen` does not have: a base class with fields, names that are not to be
    given, or only by name, defaults that can change.
    """
    found = values()
    assert len(found) > 100
    for cls in found:
        made = fields(cls)  # raises where a default can change
        assert tuple(each.name for each in made) == cls.__match_args__, cls
        assert all(each.init and not each.kw_only for each in made), cls
        assert not any(hasattr(base, "__match_args__") for base in cls.__bases__), cls
