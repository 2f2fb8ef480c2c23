"""The hindcast's table and figure as files: ``hindcast.csv`` and ``images/hindcast.svg`` in a folder of documents."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from resilience.analysis.hindcast import CONFIG, HAPPENED, YEARS
from resilience.runs.ensemble import RunSet

PANELS: Final = (
    ("homes_closed", "Homes closed in the year", "% of homes"),
    ("beds_closed", "Their beds", "% of beds"),
    ("homes", "Homes, January", "2011 = 100"),
    ("beds", "Beds, January", "2011 = 100"),
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
            happened = HAPPENED[name].astype(float)
            base = rows["mean"].loc[YEARS[0]] / 100.0 if "100" in unit else 1.0
            panel.fill_between(YEARS, rows["run_low"] / base, rows["run_high"] / base, color="#9ecae1", alpha=0.6)
            panel.plot(YEARS, rows["mean"] / base, color="#08519c", label="model, West Midlands")
            known = happened.loc[YEARS[0]] / 100.0 if "100" in unit else 1.0
            panel.plot(YEARS, happened / known, color="#d94801", marker="o", label="happened, England")
            panel.set_title(title, loc="left")
            panel.set_ylabel(unit)
            panel.set_xticks(YEARS)
            panel.set_ylim(*((90.0, 110.0) if "100" in unit else (0.0, None)))
        axes[0].legend(frameon=False)
    return drawn
