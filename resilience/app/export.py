"""Files that a visitor takes away: the table of results as text with commas."""

import csv
import io
from typing import Any

import numpy as np

from resilience.app.ensemble import Ensemble
from resilience.app.levers import in_words
from resilience.app.view import View
from resilience.measures.catalogue import MEASURES

REGION = "whole region"


def table_of(view: View) -> str:
    """Every measure by month and council, the mean over the runs, of the scenario and of what it is compared with."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["scenario", "runs", "first_seed", "month", "council", *MEASURES])
    if view.ready and view.here is not None and view.there is not None:
        for title, ensemble in (
            (view.title or in_words(view.here.scenario), view.here),
            (view.other_title, view.there),
        ):
            _write(writer, title, ensemble)
    return out.getvalue()


def _write(writer: Any, title: str, ensemble: Ensemble) -> None:
    length, scenario = ensemble.scenario.months, ensemble.scenario
    places = ensemble.first.councils if ensemble.first is not None else ()
    for number, name in [(-1, REGION), *((number, place.name) for number, place in enumerate(places))]:
        months = np.mean([run.values(length, number) for run in ensemble.replicates], axis=0)
        for month, row in enumerate(months.tolist()):
            date = f"{scenario.month_date(month):%Y-%m}"
            seed = ensemble.replicates[0].key.seed
            writer.writerow([title, ensemble.count, seed, date, name, *(f"{value:.8g}" for value in row)])
