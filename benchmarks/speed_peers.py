"""The peers, and which of them a virtual environment holds."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.inputs import Net, Pes, Stdp

Kind = type[Pes] | type[Net] | type[Stdp]


@dataclass(frozen=True)
class Peer:
    """A script of `benchmarks.peers`.

    Parameters
    ----------
    name
        In figures.
    script
        Module, and its argument if it has one.
    needs
        Module that an environment must hold.
    kinds
        The tasks that it can run.
    """

    name: str
    script: str
    needs: str
    kinds: tuple[Kind, ...]


PEERS = (
    Peer("numpy", "peer_numpy", "numpy", (Pes, Net)),
    Peer("nengo", "peer_nengo", "nengo", (Pes,)),
    Peer("torch_manual", "peer_torch", "torch", (Net,)),
    Peer("snntorch", "peer_snntorch", "snntorch", (Net,)),
    Peer("spikingjelly_ottt", "peer_spikingjelly", "spikingjelly", (Net,)),
    Peer("norse", "peer_norse", "norse", (Net,)),
    Peer("jax_step", "peer_jax step", "jax", (Net,)),
    Peer("jax_scan", "peer_jax scan", "jax", (Net,)),
    Peer("spyx", "peer_spyx", "spyx", (Net,)),
    Peer("brian2_cpp", "peer_brian2", "brian2", (Stdp,)),
    Peer("nest", "peer_nest", "nest", (Stdp,)),
    Peer("bindsnet", "peer_bindsnet", "bindsnet", (Stdp,)),
)


@dataclass(frozen=True)
class Installed:
    """A peer, and the interpreter that has it."""

    peer: Peer
    python: Path


def held(environment: Path) -> tuple[Path, set[str]]:
    """Interpreter of a virtual environment, and which of the modules that peers need it has.

    Raises
    ------
    ValueError
        If it is no virtual environment, or has none of them but NumPy.
    """
    python = environment / "bin" / "python"
    if not python.is_file():
        raise ValueError(f"{environment} is no virtual environment: it has no bin/python")
    needed = sorted({peer.needs for peer in PEERS})
    code = "import json, importlib.util as u; print(json.dumps([n for n in %r if u.find_spec(n)]))"
    asked = subprocess.run([python, "-P", "-c", code % needed], capture_output=True, text=True)
    if asked.returncode:
        last = asked.stderr.strip().rpartition("\n")[2]
        raise ValueError(f"{python} does not run: {last}")
    found = set(json.loads(asked.stdout))
    if not found - {"numpy"}:
        raise ValueError(f"{environment} holds no peer: install one of {', '.join(needed)} there")
    return python, found


def installed(environments: Sequence[Path]) -> list[Installed]:
    """Every peer, in the first environment that holds it; the NumPy loop always, here.

    >>> [one.peer.name for one in installed([])]
    ['numpy']
    """
    asked = [(Path(sys.executable), {"numpy"}), *(held(folder) for folder in environments)]
    found = []
    for peer in PEERS:
        holders = [python for python, modules in asked if peer.needs in modules]
        if holders:
            found.append(Installed(peer, holders[0]))
    return found
