"""A progress bar in a terminal, for `on_progress` (needs the extra `netsentinel-client[terminal]`)."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from netsentinel_client.model import Progress
from netsentinel_client.request import ProgressListener


@contextmanager
def progress_bar(title: str, console: Console | None = None) -> Generator[ProgressListener]:
    """A bar on stderr while the block lasts; pass what it gives as `on_progress`."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Bars(*columns, console=console or Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(title, total=None, said="")

        def show(progress: Progress) -> None:
            said = progress.message or progress.stage
            if progress.percent is None:
                bars.update(bar, said=said)
            else:
                bars.update(bar, total=100, completed=progress.percent, said=said)

        yield show
