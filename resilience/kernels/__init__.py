"""Calculations that exist twice: as NumPy, which is the rule's own text and the check, and compiled, which is quicker.

A rule that the profiler names is split off as a function of plain arrays and marked with the module of this package
that holds its compiled twin::

    @compiled_in("draws")
    def uniforms(keys: KeyArray, word: np.uint64) -> FloatArray:
        ...                                     # the NumPy form

``resilience/kernels/draws.py`` then has a function ``uniforms`` with the same arguments and the same result, bit for
bit; ``tests/kernels`` puts every pair to the same questions. Numba is imported when the first month is played
(:func:`begin`), never for opening a market or checking a scenario. Where it cannot be imported, or the environment has
``RESILIENCE_KERNELS=numpy``, the NumPy forms run throughout.
"""

import functools
import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

FORMS = ("numba", "numpy")
SETTING = "RESILIENCE_KERNELS"


class Kernel[**P, R]:
    """A function in two forms; a call goes to the form in use. ``plain`` is the NumPy form, ``module`` the twin's."""

    def __init__(self, plain: Callable[P, R], module: str) -> None:
        self.plain = plain
        self.module = module
        self._in_use = plain
        functools.update_wrapper(self, plain)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the form in use."""
        return self._in_use(*args, **kwargs)

    @property
    def compiled(self) -> Callable[P, R]:
        """The compiled form; its module is imported when first asked for."""
        home = importlib.import_module(f"resilience.kernels.{self.module}")
        found: Callable[P, R] = getattr(home, self.plain.__name__)
        return found

    def use(self, wanted: str) -> None:
        """Send calls to the compiled form ('numba') or to the NumPy form ('numpy')."""
        self._in_use = self.plain if wanted == "numpy" else self.compiled

    def decide_when_called(self) -> None:
        """Find out at the first call which form to use, when all rules that the compiled form needs are imported."""

        def first(*args: P.args, **kwargs: P.kwargs) -> R:
            self.use(form())
            return self._in_use(*args, **kwargs)

        self._in_use = first


KERNELS: list[Kernel[Any, Any]] = []
"""Every function in two forms whose rule has been imported."""

_begun = False


def compiled_in[**P, R](module: str) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """Mark a function of plain arrays as having a compiled twin of the same name in that module of this package."""

    def marked(plain: Callable[P, R]) -> Kernel[P, R]:
        kernel = Kernel(plain, module)
        if _begun:
            kernel.decide_when_called()
        KERNELS.append(kernel)
        return kernel

    return marked


def form() -> str:
    """Return the form to use, 'numba' or 'numpy'; raises ValueError for a setting that is neither."""
    wanted = os.environ.get(SETTING) or FORMS[0]
    if wanted not in FORMS:
        raise ValueError(f"{SETTING}={wanted}: must be one of {', '.join(FORMS)}")
    if wanted == "numba":
        try:
            importlib.import_module("numba")
        except ImportError:
            return "numpy"
    return wanted


def begin() -> None:
    """Send calls to the form to use from now on; called at the start of every month, of account only for the first."""
    global _begun
    if not _begun:
        _use(form())
        _begun = True


@contextmanager
def using(wanted: str) -> Iterator[None]:
    """Use one form inside the ``with`` block, whatever the environment says; for tests and measurements."""
    global _begun
    before, _begun = _begun, True
    _use(wanted)
    try:
        yield
    finally:
        _begun = before
        _use(form() if before else "numpy")


def _use(wanted: str) -> None:
    for kernel in KERNELS:
        kernel.use(wanted)
