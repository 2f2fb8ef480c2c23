"""The page of a report: which parts it has, what each of them needs, and the templates that write them."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

import resilience
from resilience.app.words import MINUS
from resilience.explain.summary import explanation
from resilience.reports import context, courses, failures, headline, places, stressed, sweep
from resilience.reports.drawing import fan
from resilience.reports.figures import title_of
from resilience.reports.provenance import made_on, provenance
from resilience.reports.read import Material
from resilience.reports.sensitivity import stored_sensitivity
from resilience.runs.answer import difference_answer, two_sentences

GENERATOR = "resilience report"
"""How a report is known for one: the first words of its generator."""

type Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a report: its anchor, its title, and the template that writes it."""

    id: str
    title: str
    template: str


CLOSING = (
    Part("assumptions", "Assumptions that matter most", "assumptions.html"),
    Part("scenarios", "What each scenario assumes", "settings.html"),
    Part("limits", "Limits", "limits.html"),
    Part("provenance", "Where these figures come from", "provenance.html"),
)

OF_RUNS = (
    Part("headline", "Headline", "headline.html"),
    Part("months", "Month by month", "courses.html"),
    Part("map", "Where care is missing", "places.html"),
    Part("failures", "Who fails and why", "failures.html"),
    Part("councils", "Councils most exposed", "councils.html"),
    Part("policies", "Policies and what they cost", "policies.html"),
    *CLOSING,
)


OF_A_SWEEP = (
    Part("ranges", "How far the outcomes range", "ranges.html"),
    Part("factors", "Factor by outcome", "factors.html"),
    Part("points", "The design points", "points.html"),
    *CLOSING,
)


OF_STRESS = (Part("stress", "Who would be missed most", "stress.html"), *CLOSING)


def render(material: Material, sensitivity: Path | None = None) -> str:
    """Return the report of a results folder as one HTML text; ``sensitivity`` is a table of that kind, if any."""
    make = {"run": _of_runs, "comparison": _of_runs, "sweep": _of_sweep, "stress": _of_stress}[material.kind]
    content = _common(material, sensitivity) | make(material)
    return _environment().get_template("page.html").render(content)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("resilience.reports"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _common(material: Material, sensitivity: Path | None) -> Content:
    """Return what every report has."""
    sheet = (files("resilience.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    return {
        "generator": f"{GENERATOR} {resilience.__version__}",
        "version": resilience.__version__,
        "style": Markup(sheet),  # the package's own file
        "facts": [*context.facts(material), ("Made", made_on(material))],
        "cautions": context.cautions(material),
        "settings": context.settings(material),
        "weighty": context.weighty(material),
        "sensitivity": stored_sensitivity(material, sensitivity),
        "failed_rows": context.failed_rows(material),
        "provenance": provenance(material),
    }


def _of_runs(material: Material) -> Content:
    """Return what the report of a set of runs, or of a comparison, has beside that."""
    compared = material.kind == "comparison"
    titles = failures.present(material)
    found = explanation(material)
    councils = places.by_council(material)
    table_heads, table_rows = places.council_table(councils, titles)
    charts = courses.charts(material)
    for chart in charts:
        chart["drawing"] = fan(chart)
        chart["heads"], chart["rows"] = courses.rows_of(chart)
    return {
        "kind_said": "comparison" if compared else "one scenario",
        "title": _title(material),
        "question": context.question(material),
        "answer": _answer(material),
        "parts": OF_RUNS,
        "titles": titles,
        "runs": max(material.finished.values()),
        "range_name": headline.range_name(max(material.finished.values())),
        "cards": [] if compared else headline.cards(material, titles[0]),
        **({"matrix": headline.matrix(material), "forest": headline.forest(material)} if compared else {}),
        "charts": charts,
        "banded": len(titles) <= 3 and "low" in charts[0]["lines"][0],
        "maps": places.maps_of(material, councils),
        "council_rows": places.council_rows(councils, titles),
        "council_heads": table_heads,
        "council_table": table_rows,
        "most_exposed": places.MOST_EXPOSED if len(titles) < 4 else 5,
        "causes": failures.causes(found),
        "kinds": failures.kinds(found),
        "sizes": failures.sizes(material),
        "bridge": failures.bridge(found),
        "explained": [sentence.replace("-£", f"{MINUS}\u2060£") for sentence in found.sentences],
        "policies": context.policies(material),
    }


def _of_sweep(material: Material) -> Content:
    """Return what the report of a batch with a design has beside that."""
    found = sweep.read_sweep(material)
    experiment = material.manifest["experiment"]
    months = material.run_set.scenarios[material.titles[0]].months
    effects = {outcome.name: sweep.effects(found, outcome) for outcome in found.outcomes}
    heads, rows = sweep.point_table(found)
    first = (found.moving or found.outcomes)[0]
    return {
        "kind_said": "experiment",
        "title": title_of(experiment["name"]),
        "question": experiment.get("question") or experiment.get("description") or "How do the outcomes move?",
        "answer": sweep.answer(found, months),
        "facts": [*sweep.facts(material, found, context.facts(material)[:2]), ("Made", made_on(material))],
        "parts": OF_A_SWEEP,
        "ranges": sweep.ranges(found),
        "grids": sweep.grids(found),
        "sweep_charts": sweep.charts(found),
        "effects": effects,
        "point_heads": heads,
        "point_rows": rows,
        "point_count": len(found.points),
        "sensitivity": {
            "sentence": "This experiment varied the factors below; it says nothing about other assumptions.",
            "caption": f"{first.label}: what goes with each factor",
            "heads": ["At its first level", "At its last level", "Difference"],
            "rows": effects[first.name],
        },
    }


def _of_stress(material: Material) -> Content:
    """Return what the report of a stress test has beside that."""
    return {
        "kind_said": "stress test",
        "title": f"{material.titles[0]}: who would be missed most",
        "question": stressed.question(material),
        "answer": [str(material.manifest.get("answer", ""))],
        "cautions": context.cautions(material)[1:],
        "parts": OF_STRESS,
        "tables": stressed.tables(material),
        "maps": stressed.maps(material),
    }


def _title(material: Material) -> str:
    titles = material.titles
    if len(titles) == 1:
        return titles[0]
    if len(titles) == 2:
        return f"{titles[1]} against {titles[0]}"
    counts = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven"}
    return f"{counts.get(len(titles) - 1, len(titles) - 1)} scenarios against {titles[0]}"


def _answer(material: Material) -> list[str]:
    if material.kind == "run":
        return two_sentences(material.run_set)
    comparison = material.comparison
    return [difference_answer(comparison, other).replace("GBP ", "£") for other in comparison.others]
