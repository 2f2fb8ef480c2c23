"""How a kernel is compiled: as it stands, one thread, nothing reordered, kept on disk for the next process."""

from collections.abc import Callable

import numba


def kernel[F: Callable[..., object]](function: F) -> F:
    """Return the function as one that Numba compiles when it is first called.

    No ``fastmath`` and no ``parallel``: sums are taken in the order that is written, so that both forms agree bit for
    bit. Division by zero gives what NumPy gives. The machine code is kept beside the module, or in the user's cache;
    where neither can be written it is made anew in every process.

    The kept code is renewed when the kernel's own file changes and not otherwise. A kernel therefore calls only kernels
    of its own module, and is given the model's codes and numbers as arguments. Call it with arrays of one kind only
    (contiguous, writeable, of one type): each further kind is compiled again. Plain loops compile in a second; NumPy's
    ``where``, ``full``, sums of columns and choosing rows by an array take several.
    """
    try:
        return numba.njit(function, cache=True, error_model="numpy")
    except RuntimeError:  # Numba finds no folder for the kept code
        return numba.njit(function, error_model="numpy")
