"""A word to the processor in compiled loops: what will be read soon, so that memory brings it meanwhile."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

# For reading, to be kept in all caches, of data and not of code: the arguments of ``llvm.prefetch``.
_READ, _KEEP, _DATA = 0, 3, 1


@intrinsic
def ahead(_typing, array, place):  # type: ignore[no-untyped-def]
    """Fetch the cache line of the contiguous array's item at this flat place; nothing is read, and no place can be wrong."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(held.data, [arguments[1]]), cgutils.voidptr_t)
        number = ir.IntType(32)
        fetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number]),
            "llvm.prefetch.p0",
        )
        builder.call(fetch, [address, number(_READ), number(_KEEP), number(_DATA)])
        return context.get_dummy_value()

    return types.void(array, place), code
