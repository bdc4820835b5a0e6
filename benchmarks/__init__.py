"""Measurements behind every number in the README: `python -m benchmarks.NAME --json FILE`.

Each module says what it measures and what it does not. Committed results are in `benchmarks/results/`.
"""

import os

# One thread, here and in every child process. Libraries read these when they are loaded, so nothing that
# loads NumPy may be imported above.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
