"""``resilience batch``."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from resilience.commands.options import Json, Months, Out, Set, Workers
from resilience.commands.saying import (
    INTERRUPTED,
    SOME_FAILED,
    command_line,
    duration_text,
    errors_said,
    print_json,
    print_table,
    progress_bar,
)

if TYPE_CHECKING:
    from resilience.batches.batch import Batch
    from resilience.batches.estimate import Estimate


def _known(typed: str) -> list[str]:
    """Return experiments whose names complete what was typed."""
    from resilience.batches.experiment import EXPERIMENT_FOLDERS

    files = sorted({file.stem for folder in EXPERIMENT_FOLDERS for file in folder.glob("*.toml")})
    return [name for name in files if name.startswith(typed)]


Experiment = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT",
        help="An experiment file (TOML), or the name of a shipped one.",
        autocompletion=_known,
        show_default=False,
    ),
]
Seeds = Annotated[
    int | None, typer.Option("--runs", "-n", min=1, help="How many seeds, instead of the file's.", show_default=False)
]
FirstSeed = Annotated[
    int | None, typer.Option("--seed", "-s", min=0, help="The first seed, instead of the file's.", show_default=False)
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://127.0.0.1:8786.", show_default=False
    ),
]
Shard = Annotated[
    str | None,
    typer.Option("--shard", metavar="K/N", help="Do only the K-th of N parts, for a job array.", show_default=False),
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Do runs that failed before again.")]
Collect = Annotated[bool, typer.Option("--collect", help="Run nothing; gather the runs there are.")]
Tidy = Annotated[bool, typer.Option("--tidy", help="Once all are gathered, remove the runs one by one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say how many runs, how long and how many bytes.")]


def batch(
    experiment: Experiment,
    runs: Seeds = None,
    seed: FirstSeed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    shard: Shard = None,
    months: Months = None,
    set_: Set = None,
    retry_failed: RetryFailed = False,
    collect: Collect = False,
    tidy: Tidy = False,
    dry_run: DryRun = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run an experiment of many scenarios and seeds; stopped or killed, the same command goes on where it was."""
    with errors_said():
        from resilience.batches.batch import BatchOrder, carry_out_batch
        from resilience.batches.errors import BatchStoppedError
        from resilience.batches.plan import Changes, plan_of
        from resilience.runs import one
        from resilience.runs.ensemble import RunsInterrupted
        from resilience.scenario import parse_assignments

        part = _shard(shard)
        plan = plan_of(experiment, Changes(runs, seed, months, parse_assignments(set_ or [])))
        asked = len(range(part[0] - 1, len(plan), part[1]))
        with progress_bar(asked, quiet=as_json or dry_run, lines=True) as progress:
            order = BatchOrder(
                workers, cluster, part, retry_failed, collect, tidy, progress, command_line(), one.care_market
            )
            if dry_run:
                from resilience.batches.estimate import estimate

                _say_estimate(estimate(plan, order, out), as_json)
                return
            try:
                finished = carry_out_batch(plan, order, out)
            except (RunsInterrupted, BatchStoppedError) as ended:
                finished = ended.finished
        _say(finished, as_json)
    if finished.interrupted:
        raise typer.Exit(INTERRUPTED)
    if finished.failed or finished.stopped:
        raise typer.Exit(SOME_FAILED)


def _shard(text: str | None) -> tuple[int, int]:
    """Return the part and how many parts there are. Raises BatchError."""
    from resilience.batches.errors import BatchError

    if text is None:
        return 1, 1
    found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
    if not found:
        raise BatchError(f"--shard {text}: must be written K/N, for instance 3/40 for the third of forty parts.")
    return int(found[1]), int(found[2])


def _say(batch: "Batch", as_json: bool) -> None:
    """Print what became of a batch: its answer, its failures, what is left and where it is."""
    from resilience.batches import show

    if as_json:
        print_json(show.batch_data(batch))
    elif batch.gathered:
        answer = batch.results().manifest["answer"]
        table = show.design_table(batch)
        if table is None:
            typer.echo(answer)
        else:
            print_table(table, answer)
    for failure in batch.failures or []:
        typer.echo(failure, err=True)
    if batch.failed:
        where = "failed_runs.parquet" if batch.gathered else "the batch's folder"
        typer.echo(
            f"{batch.failed:,} of {batch.asked:,} runs failed; their tracebacks are in {where}. "
            "--retry-failed does them again.",
            err=True,
        )
    if batch.stopped or batch.interrupted:
        kept = batch.found + batch.done
        why = "Interrupted" if batch.interrupted else f"Stopped: {batch.stopped}"
        text = f"{why.rstrip('.')}. {kept:,} of {batch.asked:,} runs are kept; the same command goes on from there."
        typer.echo(text, err=True)
    runs = f"{batch.asked:,} runs: {batch.found:,} found finished, {batch.done:,} done now, {batch.failed:,} failed"
    typer.echo(f"{runs}, {batch.left:,} left." if batch.left else f"{runs}.", err=as_json)
    if batch.gathered:
        typer.echo(f"Results: {batch.path}", err=as_json)
    elif not (batch.stopped or batch.interrupted):
        typer.echo(
            f"Kept in {batch.path}; when all parts are done, the command without --shard gathers them.", err=as_json
        )


def _say_estimate(found: "Estimate", as_json: bool) -> None:
    """Print what a batch would come to."""
    from resilience.batches import show

    if as_json:
        print_json(show.estimate_data(found))
        return
    plan = found.plan
    workers = f"{found.workers} processes" if found.workers > 1 else "one process"
    lines = [
        f"{plan.settings.name}: {len(plan.points):,} design points on {len(plan.seeds):,} seeds",
        f"  Runs    {found.asked:,} ({found.found:,} finished, {found.failed:,} failed, {found.to_do:,} to do)",
        f"  Time    about {duration_text(found.seconds)} with {workers}, at {found.seconds_per_run:.2f} s a run",
        f"  Disk    about {_size(found.bytes_kept)} for the runs, {_size(found.bytes_gathered)} for the tables",
        f"  Based on {found.basis}.",
        f"  Folder  {found.path}",
        "Nothing was written.",
    ]
    typer.echo("\n".join(lines))


def _size(size: int) -> str:
    """Return a number of bytes in words."""
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size / 1e3:.3g} kB"
