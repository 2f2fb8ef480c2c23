"""Importing this module allows the numeric libraries one thread each.

It is imported first in every worker process, before NumPy: several workers that each start a thread per processor
slow one another down. It is never imported in the user's own process.
"""

import os

THREAD_SETTINGS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Environment variables that the numeric libraries read once, when they are loaded."""

os.environ.update(dict.fromkeys(THREAD_SETTINGS, "1"))
