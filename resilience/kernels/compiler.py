"""How a kernel is compiled: as it stands, one thread, nothing reordered, kept on disk for the next process."""

import hashlib
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache


def kernel[F: Callable[..., object]](function: F) -> F:
    """Return the function as one that Numba compiles when it is first called.

    No ``fastmath`` and no ``parallel``: sums are taken in the order that is written, so that both forms agree bit for
    bit. Division by zero gives what NumPy gives. The machine code is kept beside the module, or in the user's cache;
    where neither can be written it is made anew in every process.

    The kept code is renewed when any file of this package changes, so a kernel may call those of other modules here. It
    is not renewed when a file elsewhere changes: a kernel is given the model's codes and numbers as arguments. Call it
    with arrays of one kind only (contiguous, writeable, of one type): each further kind is compiled again. Plain loops
    compile in a second; NumPy's ``where``, ``full``, sums of columns and choosing rows by an array take several.
    """
    compiled = numba.njit(function, error_model="numpy")
    with suppress(RuntimeError):  # Numba finds no folder for the kept code
        compiled._cache = _KeptByPackage(function)  # type: ignore[no-untyped-call]
    return compiled


class _KeptByPackage(FunctionCache):
    """Numba's own way of keeping compiled code, told apart by the text of the whole package as well.

    Numba looks at the file of the function alone, and would go on with code into which it has compiled what another
    file said before.
    """

    def _index_key(self, sig: Any, codegen: Any) -> Hashable:
        return (*super()._index_key(sig, codegen), package_digest())  # type: ignore[no-untyped-call]


@cache
def package_digest() -> str:
    """Return the SHA-256 of the texts of this package's modules."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
