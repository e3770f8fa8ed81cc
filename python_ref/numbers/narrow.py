"""Arrays that settle every result: numbers NumPy has no type for, emulated operation by operation.

`Flushed` holds doubles or floats of which none is subnormal, as a processor gives them that
flushes; `BFloat16` holds floats of which only the upper half is used. An operation is computed
in the wider or the same type, rounded correctly, and what comes out is settled; a sum, product,
quotient or root of bfloat16 rounded to float first is rounded the same (24 bits are more than
twice 8, and two).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Settled(np.ndarray[Any, Any]):
    """An array whose every operation gives an array of its own kind, settled."""

    @staticmethod
    def settle(values: NDArray[Any]) -> NDArray[Any]:
        """Return what becomes of computed values."""
        raise NotImplementedError

    @classmethod
    def of(cls, values: NDArray[Any]) -> Settled:
        """Return these values, settled, as an array of this kind."""
        return cls.settle(np.asarray(values)).view(cls)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with plain arrays and settle what is a number."""
        plain = [x.view(np.ndarray) if isinstance(x, Settled) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        return type(self).of(result) if np.issubdtype(result.dtype, np.floating) else result


class Flushed(Settled):
    """Numbers of which none is subnormal."""

    @staticmethod
    def settle(values: NDArray[Any]) -> NDArray[Any]:
        """Return the values, those below the smallest normal number as zeros of their sign."""
        small = np.abs(values) < np.finfo(values.dtype).tiny
        return np.where(small, np.copysign(values.dtype.type(0), values), values)


class BFloat16(Settled):
    """Floats with 8 significant bits."""

    @staticmethod
    def settle(values: NDArray[Any]) -> NDArray[Any]:
        """Return the values as floats rounded to bfloat16, ties to even."""
        return bfloat16(values)


def bfloat16(values: NDArray[Any]) -> NDArray[np.float32]:
    """Round to bfloat16, ties to even; the result is of floats.

    >>> bfloat16(np.array([1.00390625, 3.0]))
    array([1., 3.], dtype=float32)
    """
    floats = np.ascontiguousarray(values, dtype=np.float32)
    bits = floats.view(np.uint32)
    rounded = (bits + (0x7FFF + ((bits >> 16) & 1)).astype(np.uint32)) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(floats), floats, rounded.view(np.float32))
