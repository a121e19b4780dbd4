"""Values: classes like `@dataclass(frozen=True, slots=True)`, made at a tenth of its cost. Knows no class by name.

`dataclass` writes and compiles six methods for every class when its module is imported, about a millisecond each, and
the first card waits for dozens of classes of which most are not used. Here the methods are the same for all classes,
but for `__init__`, which is compiled when a class has been used a few times: of most only one value is ever made.
`replace`, `fields` and `asdict` of `dataclasses` work as ever; `field` and `replace` here do without that module, whose
import alone is a two-hundredth of a start.
"""

import sys
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

_FEW = 8
_MISSING: Any = object()
_set_class = vars(object)["__class__"].__set__


class _Field:
    """What `field` was given."""

    __slots__ = ("compare", "default", "default_factory")

    def __init__(self, default: Any, default_factory: Any, compare: bool) -> None:
        self.default = default
        self.default_factory = default_factory
        self.compare = compare


if TYPE_CHECKING:  # a checker then knows which names they take
    from dataclasses import field as field
    from dataclasses import replace as replace
else:

    def field(*, default: Any = _MISSING, default_factory: Any = _MISSING, compare: bool = True) -> _Field:
        """A name's default, or what makes one; values that differ only where `compare` is false are equal."""
        return _Field(default, default_factory, compare)

    def replace(value: Any, /, **changes: Any) -> Any:
        """A value like `value` but for `changes`."""
        return value.__class__(**{name: getattr(value, name) for name in value.__match_args__} | changes)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class with its annotated names as slots, to be set once: when it is called, with these as arguments.

    Of a dataclass, it lacks inherited fields.
    """
    body = dict(vars(cls))
    names = _names(cls, body)
    defaults = {name: body.pop(name) for name in names if name in body}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    compared = [name for name in names if not isinstance(f := defaults.get(name), _Field) or f.compare]
    body = _methods(compared) | body
    body |= {
        "__qualname__": cls.__qualname__,
        "__slots__": names,
        "__match_args__": names,
        "__dataclass_fields__": _Fields(defaults),
    }
    made: Any = type(cls.__name__, cls.__bases__, body)

    made.__init__ = _patient(made, names, defaults)
    ready: type[T] = made
    return ready


def _patient(cls: Any, names: tuple[str, ...], defaults: dict[str, Any]) -> Callable[..., None]:
    """The `__init__` of the first few values; then, or where arguments are wrong, it compiles what takes its place."""
    calls = 0
    usual = {name: d for name, d in defaults.items() if not isinstance(d, _Field) or d.default is not d.default_factory}

    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal calls
        calls += 1
        given = {**usual, **dict(zip(names, args, strict=False)), **kwargs}
        fits = len(args) <= len(names) and not kwargs.keys() & set(names[: len(args)]) and given.keys() == set(names)
        if not fits or calls > _FEW:
            cls.__init__ = _initialiser(cls, names, defaults)
            cls.__init__(self, *args, **kwargs)
            return
        for name in names:
            value = given[name]
            if isinstance(value, _Field):
                value = value.default if value.default_factory is _MISSING else value.default_factory()
            vars(cls)[name].__set__(self, value)
        if hasattr(cls, "__post_init__"):
            self.__post_init__()

    return initialise


def _names(cls: type[Any], body: dict[str, Any]) -> tuple[str, ...]:
    if sys.version_info >= (3, 14):  # annotations are worked out when asked for, and may name what is not imported
        from annotationlib import Format, get_annotations

        return tuple(get_annotations(cls, format=Format.FORWARDREF))
    return tuple(body.get("__annotations__", ()))


def _initialiser(cls: type[Any], names: tuple[str, ...], defaults: dict[str, Any]) -> Callable[..., None]:
    """`__init__`, compiled.

    While its slots are set, the value is of a class just like its own but without `__setattr__`: there Python knows
    the slots by their places, which takes half as long as the slots' own setters.
    """
    open_class = type(cls.__name__, cls.__bases__, {"__slots__": names})
    known: dict[str, Any] = {"MISSING": _MISSING, "_set_class": _set_class, "_open": open_class, "_class": cls}
    heads, lines = ["self"], [" _set_class(self, _open)"]
    for name in names:
        default = defaults.get(name, _MISSING)
        if isinstance(default, _Field):
            if default.default_factory is not _MISSING:
                known[f"_make_{name}"] = default.default_factory
                heads.append(f"{name}=MISSING")
                lines.append(f" self.{name} = _make_{name}() if {name} is MISSING else {name}")
                continue
            default = default.default
        if default is not _MISSING:
            known[f"_default_{name}"] = default
            heads.append(f"{name}=_default_{name}")
        else:
            heads.append(name)
        lines.append(f" self.{name} = {name}")
    lines.append(" self.__class__ = _class")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    text = f"def __init__({', '.join(heads)}):\n" + "\n".join(lines)
    exec(compile(text, "<frozen>", "exec"), known)  # Ctrl-C while mere text runs would end Python by the signal
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"  # named where the arguments are wrong
    return made


def _methods(compared: list[str]) -> dict[str, Any]:
    """What is the same for all classes. Of one or no compared name, `attrgetter` makes no tuple, or cannot be."""
    get: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()

    def equal(self: Any, other: object) -> Any:
        return get(self) == get(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(get(self))

    return {
        "__eq__": equal,
        "__hash__": hashed,
        "__repr__": _repr,
        "__setattr__": _refuse,
        "__delattr__": _refuse_to_delete,
        "__reduce__": _reduced,
    }


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{self.__class__.__qualname__}({shown})"


def _reduced(self: Any) -> tuple[Any, ...]:
    return self.__class__, tuple(getattr(self, name) for name in self.__match_args__)


def _refuse(self: Any, name: str, value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


class _Fields:
    """What `dataclasses` looks for in a class, made when it looks."""

    def __init__(self, defaults: dict[str, Any]) -> None:
        self._defaults = defaults

    def __get__(self, instance: object, cls: type[Any]) -> dict[str, Any]:
        from dataclasses import dataclass

        kept = "__annotate_func__" if sys.version_info >= (3, 14) else "__annotations__"
        body = {name: vars(cls)[name] for name in (kept, "__module__") if name in vars(cls)}
        body["__doc__"] = cls.__doc__ or cls.__name__
        defaults = {name: _of_dataclass(default) for name, default in self._defaults.items()}
        plain = type(cls.__name__, (), {**body, **defaults})
        fields: dict[str, Any] = vars(dataclass(init=False, repr=False, eq=False)(plain))["__dataclass_fields__"]
        type.__setattr__(cls, "__dataclass_fields__", fields)
        return fields


def _of_dataclass(default: Any) -> Any:
    if not isinstance(default, _Field):
        return default
    import dataclasses

    given = {"default": default.default, "default_factory": default.default_factory}
    said = {name: it for name, it in given.items() if it is not _MISSING}
    return dataclasses.field(**said, compare=default.compare)
