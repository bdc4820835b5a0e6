"""What a user could pick instead of streamsnn: one script a peer, run by the interpreter that has it.

The peers' libraries live in virtual environments of their own, so that these files import no more than the
standard library, NumPy and the peer. `benchmarks.speed --peers ENV ...` starts them and talks to them
(`protocol`); all get the same inputs (`inputs`) and run in the way that was measured to be their fastest at
batch one on one core.

What the environments need, beside Python 3.11:

    nengo; torch, snntorch, spikingjelly, norse; jax, spyx     together, torch pinned as in `constraints.txt`
    brian2==2.9.0 "numpy<2" cython "setuptools<81"             and a C++ compiler
    nest-simulator
    torch, and without their dependencies bindsnet==0.3.4 and torchvision==0.28.0; then what BindsNET
    imports: matplotlib opencv-python-headless pandas scikit-image scikit-learn scipy tensorboardX
    gymnasium ale-py tqdm
"""
