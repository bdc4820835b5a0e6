"""What kernels should compute, in plain Python and NumPy, written from the equations, not the kernels.

Slow and obvious on purpose: one loop per index of the equation, Python's unbounded integers for a chip's
fixed widths, dictionaries for memories.
"""
