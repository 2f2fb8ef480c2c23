"""A dictionary that cannot be changed, so that a frozen scenario is frozen all the way down."""

from __future__ import annotations

from typing import Any, NoReturn


class FrozenDict[Key, Value](dict[Key, Value]):
    """A dict without its mutators. Pickles, deep-copies and compares like a dict."""

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError("a scenario cannot be changed; make a new one with scenario.with_values({...})")

    __setitem__ = __delitem__ = __ior__ = _refuse
    update = setdefault = pop = popitem = clear = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict[Key, Value]:
        import copy

        return type(self)(copy.deepcopy(dict(self), memo))
