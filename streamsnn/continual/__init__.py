"""Continual-learning evaluation: scenarios, the accuracy matrix, metrics and baselines."""

from streamsnn.continual.accuracy_matrix import AccuracyMatrix
from streamsnn.continual.class_incremental import ClassIncremental, Experiences
from streamsnn.continual.metrics import (
    acc_average_incremental,
    acc_final,
    acc_seen,
    bwt_diaz,
    bwt_gem,
    forgetting_first,
    forgetting_max,
    fwt_gem,
)
from streamsnn.continual.prequential import Prequential
from streamsnn.continual.protocol import Evaluation, evaluate
from streamsnn.continual.split import stratified_split

__all__ = [
    "AccuracyMatrix",
    "ClassIncremental",
    "Evaluation",
    "Experiences",
    "Prequential",
    "acc_average_incremental",
    "acc_final",
    "acc_seen",
    "bwt_diaz",
    "bwt_gem",
    "evaluate",
    "forgetting_first",
    "forgetting_max",
    "fwt_gem",
    "stratified_split",
]
