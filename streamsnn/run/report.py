"""From a finished session to figures and pictures."""

import platform

import numpy as np

from streamsnn import __version__
from streamsnn.continual import baselines, metrics
from streamsnn.continual.protocol import evaluate
from streamsnn.hardware.cost import cost
from streamsnn.hardware.mapping import Population, RowTable, layout
from streamsnn.hardware.profile import Profile
from streamsnn.memory.packing import index_bits
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.run.scenario import Task
from streamsnn.run.session import Session
from streamsnn.view.pictures import Raster, RunPictures
from streamsnn.view.summary import BaselineScore, EnergyBand, Latency, Summary


def machine() -> str:
    """Processor and interpreter, for results to be comparable."""
    return f"{platform.machine()} {platform.system()} Python {platform.python_version()}"


def baseline_scores(task: Task) -> dict[str, BaselineScore]:
    """Every baseline on the same stream and held-out samples."""
    x_stream = task.x_train[task.experiences.order].astype(np.float64)
    y_stream = task.y_train[task.experiences.order]
    scores = {}
    for name, make in baselines.default().items():
        result = evaluate(make(), x_stream, y_stream, task.experiences, task.x_test, task.y_test)
        scores[name] = BaselineScore(
            acc_final=metrics.acc_final(result.matrix.accuracy, result.matrix.sizes),
            forgetting_max=metrics.forgetting_max(result.matrix.accuracy),
            prequential=result.prequential.cumulative,
        )
    return scores


def energy_per_sample(model: SpikingClassifier, n_samples: int) -> EnergyBand:
    """Estimated energy of the counted events on Loihi 1, nJ per sample."""
    core = model.core
    profile = Profile.load("loihi1")
    sizes = {"input": core.n_features * core.network.encoder.lines}
    sizes |= {layer.name: core.size(layer.name) for layer in core.network.layers}
    tables = []
    for p in core.network.projections:
        stored = sizes[p.post]
        index = 0
        if p.sparse:
            stored = int(np.ceil(np.count_nonzero(core.weights(p.name)) / sizes[p.pre]))
            index = index_bits(sizes[p.post])
        words = profile.row_format(p.format.bits, index_bits=index).words(stored)
        tables.append(RowTable(p.pre, p.post, words, sizes[p.pre]))
    populations = [Population(layer.name, sizes[layer.name]) for layer in core.network.layers]
    cores = layout(profile, populations, tables).cores
    energy = cost(profile, core.counters, cores=cores).energy_nj * (1.0 / n_samples)
    return EnergyBand(energy.low, energy.mid, energy.high)


def summarise(session: Session, learner: str, scores: dict[str, BaselineScore], command: str) -> Summary:
    """All figures of `report.json`."""
    task, counters, n = session.task, session.model.core.counters, session.offset
    accuracy, sizes, seen = session.matrix.accuracy, session.matrix.sizes, task.experiences.seen
    return Summary(
        scenario=task.scenario.name,
        order=task.order,
        seed=task.seed,
        learner=learner,
        n_samples=n,
        acc_final=metrics.acc_final(accuracy, sizes),
        acc_average_incremental=metrics.acc_average_incremental(accuracy, seen),
        forgetting_max=metrics.forgetting_max(accuracy),
        bwt_gem=metrics.bwt_gem(accuracy),
        prequential=session.prequential.cumulative,
        writes_per_sample=counters["writes"] / n,
        words_written_per_sample=counters["lrn_words_written"] / n,
        words_read_per_sample=(counters["syn_words_read"] + counters["lrn_words_read"]) / n,
        synops_per_sample=counters["synops"] / n,
        dense_writes_per_sample=session.dense_writes / n,
        energy_nj_per_sample=energy_per_sample(session.model, n),
        events_per_s=session.events_per_s,
        latency_us=Latency(session.latency.quantile_us(0.5), session.latency.quantile_us(0.99)),
        baselines=scores,
        version=__version__,
        machine=machine(),
        command=command,
    )


def pictures(session: Session) -> RunPictures:
    """Curves, matrix, and the spikes of one held-out sample."""
    experiences = session.task.experiences
    ends = experiences.boundaries
    curve = np.array(session.curve).reshape(-1, 4)
    per_window = np.diff(curve, axis=0, prepend=np.zeros((1, 4)))
    events = curve[:, 0].tolist()
    seen = metrics.acc_seen(session.matrix.accuracy, experiences.seen)
    caption, raster = _raster(session)
    return RunPictures(
        accuracy=session.matrix.accuracy,
        row_names=experiences.names,
        column_names=experiences.group_names,
        boundaries=tuple(zip(ends, experiences.names, strict=True)),
        accuracy_seen=list(zip(map(float, ends), map(float, seen), strict=True)),
        prequential=list(zip(events, curve[:, 3].tolist(), strict=True)),
        writes=list(zip(events, (per_window[:, 1] / per_window[:, 0]).tolist(), strict=True)),
        dense_writes=list(zip(events, (per_window[:, 2] / per_window[:, 0]).tolist(), strict=True)),
        raster=raster,
        raster_caption=caption,
    )


def _raster(session: Session) -> tuple[str, Raster]:
    core, task = session.model.core, session.task
    scores = core.run(task.x_test[:1], np.array([-1]), learn=False, record=True)
    spikes = core.raster()
    predicted = session.model.classes_.labels[int(scores[0].argmax())]
    raster = Raster(
        ticks=spikes.ticks,
        units=spikes.neurons,
        layers=spikes.layers,
        layer_names=spikes.names,
        layer_sizes=spikes.sizes,
        n_ticks=core.network.ticks,
        tick_seconds=spikes.dt,
    )
    return f"a held-out {task.y_test[0]}, predicted {predicted}", raster
