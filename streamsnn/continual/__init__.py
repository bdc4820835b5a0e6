"""Continual-learning evaluation: scenarios, the accuracy matrix, metrics and baselines."""

from streamsnn.continual.accuracy_matrix import AccuracyMatrix
from streamsnn.continual.course import Course, Domain, HeldOut, Scenario, View
from streamsnn.continual.held_out import right_answers
from streamsnn.continual.labelled import LabelledSet
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
from streamsnn.continual.metrics.anytime import Anytime
from streamsnn.continual.prequential import Prequential
from streamsnn.continual.protocol import Evaluation, evaluate, refusal
from streamsnn.continual.scenarios import (
    Blurry,
    ClassIncremental,
    DelayedLabels,
    DomainIncremental,
    Drift,
    FewShot,
    Imbalanced,
    OpenWorld,
    Recurring,
    TaskFree,
    TaskIncremental,
)
from streamsnn.continual.split import stratified_split

__all__ = [
    "AccuracyMatrix",
    "Anytime",
    "Blurry",
    "ClassIncremental",
    "Course",
    "DelayedLabels",
    "Domain",
    "DomainIncremental",
    "Drift",
    "Evaluation",
    "FewShot",
    "HeldOut",
    "Imbalanced",
    "LabelledSet",
    "OpenWorld",
    "Prequential",
    "Recurring",
    "Scenario",
    "TaskFree",
    "TaskIncremental",
    "View",
    "acc_average_incremental",
    "acc_final",
    "acc_seen",
    "bwt_diaz",
    "bwt_gem",
    "evaluate",
    "forgetting_first",
    "forgetting_max",
    "fwt_gem",
    "refusal",
    "right_answers",
    "stratified_split",
]
