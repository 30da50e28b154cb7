"""The live view of a run: a bar, the time left, and the last generation's numbers."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from spiral_monolith_neat_numpy.evolution.records import GenerationRecord

_BETWEEN_S = 0.1


@contextlib.contextmanager
def live_progress(
    console: Console, title: str, n_generations: int
) -> Iterator[Callable[[GenerationRecord], None]]:
    """Show a run's progress until the block ends, then clear it away.

    Yields:
        What to call with each generation's record.
    """
    display = _Display(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("generations,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        transient=True,
        expand=True,
        # Rich's own thread would draw it too, but one that Ctrl-C leaves behind while it writes
        # aborts the interpreter at its end.
        auto_refresh=False,
    )
    with display:
        bar = display.add_task(title, total=n_generations)

        def show(record: GenerationRecord) -> None:
            display.numbers = numbers(record)
            display.advance(bar)
            if display.finished:
                display.update(bar, description="Scoring and drawing")
            display.draw_at_times()

        yield show


def numbers(record: GenerationRecord) -> str:
    """Return what a generation came to."""
    return (
        f"best {record.best_fitness:.4f}   mean {record.mean_fitness:.4f}   "
        f"species {record.n_species}   "
        f"size {record.mean_hidden:.1f} hidden nodes, {record.mean_edges:.1f} connections"
    )


class _Display(Progress):
    numbers = ""
    _drawn_s = 0.0

    def draw_at_times(self) -> None:
        """Draw, at most ten times a second while the run goes on."""
        now_s = time.monotonic()
        if self.finished or now_s - self._drawn_s >= _BETWEEN_S:
            self._drawn_s = now_s
            self.refresh()

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        if self.numbers:
            yield Text(self.numbers, style="dim", no_wrap=True, overflow="ellipsis")
