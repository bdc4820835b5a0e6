"""Arrays of a learning rule, and of what it works with, under the names that its kernels know them by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamsnn.core import Core
from streamsnn.network import INPUT, Network, Projection
from streamsnn.types import Accounts, Leaf


def holding(network: Network) -> Projection:
    """The projection that holds the classes: the one whose units have classes of their own, or the last."""
    learning = [p for p in network.projections if p.rule is not None]
    return next((p for p in learning if isinstance(p.rule, Accounts)), learning[-1])


def arrays_of(core: Core, learned: Projection) -> dict[str, NDArray[Any]]:
    """A copy of what `types.Explains` calls `given`, but for spikes; `n` `[1]` is the number of units.

    The rule's arrays hide the encoder's, which are there where its spikes are what the rule gets, and
    these hide the readout's.

    >>> from streamsnn import Counting, SpikingClassifier
    >>> model = SpikingClassifier(rule=Counting(), n_hidden=64, k=4)
    >>> model.learn_one({"a": 1.0}, "yes")
    >>> arrays_of(model.core, model.core.network.projections[-1])["hits"]
    array([1], dtype=int32)
    """
    network, rule = core.network, learned.rule
    sizes = {"class": core.n_classes, "feature": core.n_features, "post": core.size(learned.post)}
    sizes["pre"] = core.n_features * network.encoder.lines if learned.pre == INPUT else core.size(learned.pre)
    scopes: list[tuple[str, Leaf]] = [("readout", network.readout)]
    if learned.pre == INPUT:
        scopes.append(("encoder", network.encoder))
    if rule is not None:
        scope = f"p{network.projections.index(learned)}"
        scopes.append((scope, rule))
        if any(f.name == "used" for f in rule.fields()):  # of a given number of neurons
            sizes["post"] = int(core.array(f"{scope}.used")[0])
    given = {"n": np.array([sizes["post"]])}
    for scope, leaf in scopes:
        for f in leaf.fields():
            given[f.name] = core.array(f"{scope}.{f.name}")[: sizes.get(str(f.dims[0]))]
    return given
