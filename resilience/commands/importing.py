"""``resilience import``: tables of others made into files of this project."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience.commands.options import Json
from resilience.commands.saying import errors_said, print_json, print_table

if TYPE_CHECKING:
    from rich.table import Table

    from resilience.region.cqc_import import Imported

importing = typer.Typer(help="Make tables of others into files that scenarios can use.", no_args_is_help=True)


@importing.callback()
def _root() -> None:
    """Make tables of others into files that scenarios can use."""


@importing.command()
def cqc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The directory: csv, ods or xlsx.", show_default=False)],
    region: Annotated[str, typer.Option("--region", help="The region whose sites are wanted.")] = "england",
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the tables.")] = Path(
        "cqc-import"
    ),
    rename: Annotated[
        list[str] | None,
        typer.Option(
            "--rename",
            metavar="NAME=COUNCIL",
            help="The council for a name of a local authority. Repeatable.",
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier import in --out.")] = False,
    as_json: Json = False,
) -> None:
    """Read the care directory of the regulator (HSCA active locations) and write a provider file for scenarios."""
    with errors_said():
        from resilience.region.cqc_import import import_cqc, write_import

        found = import_cqc(file, region, _renamed(rename or []))
        path = write_import(found, out, overwrite=overwrite)
        if as_json:
            print_json(_data(found, path))
            return
        print_table(_summary_table(found), "")
        typer.echo("\n".join(_said(found, path)))


def _renamed(given: list[str]) -> dict[str, str]:
    from resilience.region.errors import RegionError

    wrong = [text for text in given if not all(part.strip() for part in text.partition("=")[::2])]
    if wrong:
        raise RegionError(f"--rename {wrong[0]!r}: should be the authority's name, '=' and the council's name.")
    return {name.strip(): council.strip() for name, _, council in (text.partition("=") for text in given)}


def _data(found: "Imported", path: Path) -> dict[str, object]:
    return {
        "region": found.region,
        "providers_file": str(path),
        "sites": len(found.providers),
        "providers": int(found.providers["provider"].nunique()),
        "outside": found.outside,
        "dropped": {str(name): int(count) for name, count in found.dropped["reason"].value_counts().items()},
        "councils": found.summary.to_dict("records"),
    }


def _summary_table(found: "Imported") -> "Table":
    from rich.table import Table

    table = Table(title="Sites by council, beside the shipped register of 2021", title_justify="left")
    table.add_column("Council")
    for heading in ("Homes", "shipped", "Beds", "shipped", "Nursing homes", "shipped", "Branches", "shipped"):
        table.add_column(heading, justify="right")
    rows = found.summary.to_numpy().tolist()
    total = ["All", *found.summary.drop(columns="council").sum().tolist()]
    for row in [*rows, total]:
        table.add_row(str(row[0]), *(f"{number:,}" for number in row[1:]))
    return table


def _said(found: "Imported", path: Path) -> list[str]:
    """Return what was read, what was left out and why, and how a scenario uses the file."""
    sites, groups = len(found.providers), found.providers["provider"].nunique()
    lines = [f"{sites:,} sites of {groups:,} providers in {found.region}; {found.outside:,} sites elsewhere."]
    counts = found.dropped["reason"].value_counts()
    if len(counts):
        lines.append(f"{int(counts.sum()):,} locations were left out (dropped.csv names each):")
        lines += [f"- {count:,}: {reason}" for reason, count in counts.items()]
    if found.unknown:
        lines.append("Say which council an unknown name means with --rename 'NAME=COUNCIL'.")
    lines.append("The directory does not say how many people a branch cares for: sizes of branches are drawn.")
    lines.append(f'Results: {path.parent}\nIn a scenario: [providers] providers_file = "{path}"')
    return lines
