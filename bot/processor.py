"""Which kernels numpy's and scipy's linear algebra uses on this processor.

The OpenBLAS inside the pinned numpy and scipy does not know processors newer than itself and falls back to kernels of
2004, several times slower (OpenBLAS issue 4267); on some that it does know, its AVX-512 kernels crash on the largest
matrices of our training (issue 2562). Its AVX2 kernels run on all of them, so those are asked for. The same kernels
everywhere also means the same rounding everywhere.
"""

from __future__ import annotations

import os
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_NEEDED = {"avx2", "fma"}


def choose_kernels(cpuinfo: Path = _CPUINFO) -> None:
    """Asks OpenBLAS for its AVX2 kernels; must be called before numpy is imported.

    Nothing is changed when OPENBLAS_CORETYPE is set, or on a processor that has no AVX2 or cannot be asked.

    Args:
        cpuinfo: Linux's description of the processor.
    """
    if _flags(cpuinfo) >= _NEEDED:
        os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")


def _flags(cpuinfo: Path) -> set[str]:
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        # Not Linux: OpenBLAS chooses by itself.
        return set()
    return next((set(line.split()) for line in lines if line.startswith("flags")), set())
