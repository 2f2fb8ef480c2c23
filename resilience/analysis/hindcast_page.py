"""The hindcast's table and figure as files: ``hindcast.csv`` and ``images/hindcast.svg`` in a folder of documents."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from resilience.analysis.hindcast import CONFIG, HAPPENED, YEARS
from resilience.runs.ensemble import RunSet

INDEX: Final = "2011 = 100"
"""Unit of what is shown over its value in the first year."""
PANELS: Final = (
    ("homes_closed", "Homes closed in the year", "% of homes"),
    ("beds_closed", "Their beds", "% of beds"),
    ("homes", "Homes, January", INDEX),
    ("beds", "Beds, January", INDEX),
)
"""Measures with something to compare them with: title and unit."""


def write(compared: pd.DataFrame, done: RunSet, folder: Path) -> None:
    """Write the table, with seeds and scenario in its first columns, and the figure.

    Raises OSError where the folder cannot be written.
    """
    scenario = next(iter(done.scenarios.values()))
    (folder / "images").mkdir(parents=True, exist_ok=True)
    stored = compared.assign(scenario=CONFIG, scenario_hash=scenario.hash[:12], seeds=len(done.runs))
    stored.to_csv(folder / "hindcast.csv", index=False, float_format="%.5g", lineterminator="\n")
    figure(compared).savefig(folder / "images" / "hindcast.svg", metadata={"Date": None})


def figure(compared: pd.DataFrame) -> Any:
    """Return a figure with a panel per measure: what happened, the simulated mean, the range of nine runs in ten."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {"svg.hashsalt": "resilience", "font.size": 9.0, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(style):
        drawn = Figure(figsize=(8.0, 5.2), layout="constrained")
        axes = drawn.subplots(2, 2).ravel()
        for panel, (name, title, unit) in zip(axes, PANELS, strict=True):
            rows = compared[compared["measure"] == name].set_index("year")
            mean, happened = rows["mean"], HAPPENED[name].astype(float)
            first = (mean.loc[YEARS[0]] / 100.0, happened.loc[YEARS[0]] / 100.0) if unit == INDEX else (1.0, 1.0)
            panel.fill_between(
                YEARS, rows["run_low"] / first[0], rows["run_high"] / first[0], color="#9ecae1", alpha=0.6
            )
            panel.plot(YEARS, mean / first[0], color="#08519c", label="model, West Midlands")
            panel.plot(YEARS, happened / first[1], color="#d94801", marker="o", label="happened, England")
            panel.set_title(title, loc="left")
            panel.set_ylabel(unit)
            panel.set_xticks(YEARS)
            panel.set_ylim(*((90.0, 110.0) if unit == INDEX else (0.0, None)))
        axes[0].legend(frameon=False)
    return drawn
