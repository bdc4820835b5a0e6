"""The tables printed when a run ends."""

from rich.table import Table

from streamsnn.view.comparison import COLUMNS, compare
from streamsnn.view.quantities import duration, energy, percent, quantity
from streamsnn.view.summary import Summary


def comparison_table(summary: Summary) -> Table:
    """Return this run beside its baselines; the best of each column is bold and starred."""
    table = Table(
        title=f"{summary.scenario}, order {summary.order}, seed {summary.seed}", title_justify="left"
    )
    table.add_column("learner", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column.heading, justify="right", no_wrap=True)
    for row in compare(summary):
        cells = []
        for column in COLUMNS:
            value = percent(column.of(row.score))
            cells.append(f"[bold green]★ {value}[/]" if column.key in row.best else value)
        name = f"{_plain(row.name)} [dim](this run)[/]" if row.is_this_run else _plain(row.name)
        table.add_row(name, *cells, end_section=row.is_this_run)
    return table


def cost_table(summary: Summary) -> Table:
    """Return what the learning cost: memory traffic, energy band, speed."""
    band, latency = summary.energy_nj_per_sample, summary.latency_us
    dense = quantity(summary.dense_writes_per_sample)
    table = Table(title="cost per sample", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(style="dim")
    table.add_row(
        "synaptic writes",
        quantity(summary.writes_per_sample),
        f"{percent(summary.dense_share)} of a dense rule's {dense}",
    )
    table.add_row("words written", quantity(summary.words_written_per_sample), "")
    table.add_row("words read", quantity(summary.words_read_per_sample), "")
    table.add_row("synaptic operations", quantity(summary.synops_per_sample), "")
    table.add_row("energy", energy(band.mid), f"estimate, {energy(band.low)} to {energy(band.high)}")
    table.add_row("events per second", quantity(summary.events_per_s), "on this machine")
    table.add_row("learning step", duration(latency.p50), f"median; p99 {duration(latency.p99)}")
    return table


def _plain(name: str) -> str:
    """A name in brackets must not be read as terminal markup."""
    return name.replace("[", r"\[")
