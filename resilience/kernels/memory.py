"""Moving entries within an array the way C's ``memmove`` does, for which a kernel's loop has no words."""

from collections.abc import Callable
from typing import Any, cast

from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray


def _moving(typing: Any, data: Any, to: Any, first: Any, count: Any) -> Any:
    """Return the types of a move and the function that writes its code, as Numba asks for them."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = context.make_array(data)(context, builder, values[0])
        into, source = (builder.gep(array.data, [place]) for place in values[1:3])
        bytes_each = context.get_abi_sizeof(context.get_data_type(data.dtype))
        cgutils.raw_memmove(builder, into, source, values[3], bytes_each)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.none(data, types.intp, types.intp, types.intp), code


move_within = cast(Callable[[NDArray[Any], int, int, int], None], intrinsic(_moving))
"""Moves (data, to, first, count): so many entries of a contiguous array, laid flat, from ``first`` on to ``to`` on.

The two stretches may overlap. A loop would move one entry at a time, because what it stores might be what it loads
next. Only kernels may call it, and places are not checked.
"""
