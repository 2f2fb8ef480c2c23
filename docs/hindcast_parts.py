"""The generated part of the page on the hindcast, from its stored table."""

import pandas as pd

from docs.parts import FOLDER, table


def compared() -> str:
    """What the latest hindcast gave beside what happened, from its stored table."""
    rows = pd.read_csv(FOLDER / "hindcast.csv")
    labels = {
        "homes_closed": "homes closed, %",
        "beds_closed": "their beds, %",
        "homes": "homes, January",
        "beds": "beds, January",
        "occupancy": "occupancy, %",
        "self_funder_premium": "self-funder premium, %",
        "turnover_rate": "staff turnover, %",
    }
    lines = []
    for name, label in labels.items():
        these = rows[rows["measure"] == name].set_index("year")
        digits = 0 if name in ("homes", "beds") else 1
        if these["happened"].notna().any():
            lines.append((label, "happened, England", *(f"{value:,.{digits}f}" for value in these["happened"])))
        means = (f"{value:,.{digits}f}" for value in these["mean"])
        lines.append((label, "model, West Midlands", *means))
        ends = these[["run_low", "run_high"]].itertuples(index=False)
        lines.append(("", "nine runs in ten", *(f"{low:,.{digits}f} to {high:,.{digits}f}" for low, high in ends)))
    closed = rows[rows["measure"] == "homes_closed"]
    gap = (closed["mean"] - closed["happened"]).mean()
    said = (
        f"Over {int(rows['seeds'].iloc[0])} seeds the model closes {closed['mean'].mean():.2f}% of homes a year from "
        f"2011 to 2016, England closed {closed['happened'].mean():.2f}%: {gap:+.2f} percentage points."
    )
    years = [str(year) for year in sorted(rows["year"].unique())]
    return f"{said}\n\n{table(('', '', *years), lines)}"
