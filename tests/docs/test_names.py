"""What the documents name exists: parameters, files, functions, evidence; and numbers they quote stand in the code."""

import ast
import re

import pytest

from docs import parts, uses
from docs.uses import PACKAGE
from resilience.measures.catalogue import COLUMNS, MEASURES
from resilience.scenario.schema import parameter_table
from tests.docs.documents import DOCS, ROOT, spans, text_of

WRITTEN = sorted(path.name for path in DOCS.glob("*.md"))
OWN = ["odd.md", "parameters.md", "measures.md", "evidence.md", "decisions.md", "limits.md", "story.md", "tutorial.md"]
PARAMETERS = {row["name"] for row in parameter_table()}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_parameter_named_exists(name):
    sections = {*uses.SECTIONS, "shocks", "policies"}
    dotted = [span for span in spans(text_of(name)) if re.fullmatch(r"[a-z_]+\.[a-z_0-9.]+", span)]
    asked = [span for span in dotted if span.split(".")[0] in sections and not span.endswith(".py")]
    assert [span for span in asked if span not in PARAMETERS] == []


@pytest.mark.parametrize("name", OWN)
def test_every_file_named_exists(name):
    files = [span for span in spans(text_of(name)) if re.fullmatch(r"[\w./-]+\.(py|toml|md|csv)", span) and "/" in span]
    assert [file for file in files if not (ROOT / file).exists() and not file.startswith("results/")] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_every_evidence_id_is_known(name):
    assert sorted(parts.ids_in(text_of(name)) - parts.evidence_table().keys()) == []


def test_every_evidence_id_in_the_package_and_the_scenarios_is_known():
    unknown = {}
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.toml"), *(ROOT / "configs").glob("*.toml")]:
        ids = parts.ids_in(path.read_text(encoding="utf-8")) - parts.evidence_table().keys()
        if ids:
            unknown[path.name] = sorted(ids)
    assert unknown == {}


def test_ids_inside_a_range_count():
    assert parts.ids_in("E04-067 to E04-070; E05-011") == {"E04-067", "E04-068", "E04-069", "E04-070", "E05-011"}


def test_the_evidence_says_value_source_and_confidence():
    rows = parts.evidence_table().values()
    assert all(row["quantity"] and row["value"] and row["source"] for row in rows)
    assert {row["confidence"] for row in rows} == {"high", "medium", "low"}


def test_measures_named_in_the_choices_and_limits_exist():
    known = {*MEASURES, *COLUMNS, "tail_hours_lost"}
    words = ("_failures", "_closures", "_share", "_gap", "_hours", "_folds", "_exposure", "_displaced", "_delivered")
    for name in ("decisions.md", "limits.md"):
        named = {span for span in spans(text_of(name)) if re.fullmatch(r"[a-z_]+", span) and span.endswith(words)}
        short = {parameter.split(".")[1] for parameter in PARAMETERS}
        assert named - known - short == set()


QUOTED = {
    ("market/need.py", "ration"): (0.9, 10.0),
    ("market/need.py", "self_funder_traits"): (0.8, 1.05, 0.3, 0.43),
    ("market/need.py", "traits_of"): (1.5, 70.0),
    ("market/need.py", "known_places_of_micro"): (0.5,),
    ("market/labour.py", "set_pay"): (0.02, 0.10, 0.8, 1.5),
    ("market/labour.py", "new_pay"): (0.92, 0.0015),
    ("market/labour.py", "turnover"): (20.0,),
    ("market/labour.py", "let_go"): (1.02,),
    ("market/labour.py", "wanted_hires"): (0.9,),
    ("market/labour.py", "waiting_share"): (0.10,),
    ("market/labour.py", "agency_and_cover"): (1.02,),
    ("market/sites.py", "staff_hours"): (0.9,),
    ("market/sites.py", "room_with_staff"): (0.9,),
    ("market/commissioning.py", "set_fees"): (0.5, 0.04),
    ("market/pricing.py", "price_growth"): (1.0, 0.2, 0.3),
    ("market/choice.py", "sites_within"): (0.5,),
    ("market/settling.py", "paid_to_owners"): (0.1,),
    ("market/contracts.py", "change_admissions"): (0.45, 0.85, 0.03),
    ("market/distress.py", "winding_up"): (2.0,),
    ("market/distress.py", "leaving"): (9,),
    ("market/sale.py", "prospects"): (30.0, 20.0),
    ("market/sale.py", "pass_on"): (0.4,),
    ("market/sale.py", "choose_chains"): (0.3,),
    ("market/reprovision.py", "step_in"): (10,),
    ("market/entry.py", "_homes_expected"): (3.0, 1.0, 1.15, 6.0),
    ("market/entry.py", "_care_types"): (0.35, 0.65),
    ("market/entry.py", "_capacities"): (40.0,),
    ("market/entry.py", "_branches_expected"): (5.0, 0.2),
    ("market/entry.py", "_first_revenue"): (0.5,),
    ("market/entry.py", "_new_owners"): (0.4,),
    ("market/entry.py", "_micro_enterprises_expected"): (0.3,),
    ("market/newcomers.py", "open_sites"): (1.3,),
    ("market/newcomers.py", "_first_staff"): (2.0,),
    ("market/quality.py", "supported_quality"): (45.0, 25.0),
    ("market/quality.py", "quality_supported"): (0.3, 0.05, 0.15),
    ("market/quality.py", "_weight_of_mishaps"): (30.0, 0.1, 4.0, 0.35),
    ("market/opening.py", "_open_councils"): (0.35, 0.25, 0.4),
    ("market/opening_people.py", "_fill_homes"): (0.07,),
    ("market/opening_people.py", "_lasting_pull"): (0.1, 3.0),
    ("market/opening_people.py", "_move_to_micro"): (3,),
    ("market/opening_money.py", "_debts"): (1_000.0, 0.15),
}
"""Numbers without a parameter that the description quotes, by the function in which they stand."""


@pytest.mark.parametrize(("module", "function"), QUOTED)
def test_numbers_quoted_in_the_description_still_stand_in_the_rule(module, function):
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    rule = next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function), None)
    assert rule is not None, f"{module} has no {function} any more: look at docs/odd.md and at this list"
    there = {node.value for node in ast.walk(rule) if isinstance(node, ast.Constant)}
    gone = [number for number in QUOTED[module, function] if number not in there]
    assert gone == [], f"docs/odd.md quotes {gone} of {module}:{function}"


CONSTANTS = {
    ("market/need.py", "_REASSESSED"): 0.02,
    ("market/need.py", "HEAVY_HOURS"): 8.0,
    ("market/need.py", "FIRST_PHASE_MONTHS"): 12,
    ("market/labour.py", "_YOUNG_MONTHS"): 24,
    ("market/labour.py", "_GROWTH_OF_YOUNG"): 3.0,
    ("market/labour.py", "_RECRUITING_OF_YOUNG"): 3.0,
    ("market/pricing.py", "_EMPTY_BELOW"): 0.80,
    ("market/placement.py", "ROUNDS"): 3,
    ("market/choice.py", "_ROUNDS"): 3,
    ("market/sale.py", "_MONTHS_ON_MARKET"): 3.0,
    ("market/entry.py", "_COOPERATIVE_SHARE"): 0.015,
    ("market/quality.py", "_REMEDY"): 0.15,
    ("market/quality.py", "_REVISITS"): 3.0,
    ("market/contracts.py", "_QUARTER"): 3,
    ("market/council_queues.py", "ALWAYS_REPLACED"): 10,
    ("market/finance.py", "_BANKABLE_MONTHS"): 24,
    ("market/opening_people.py", "_BRANCH_ROOM"): 1.20,
    ("market/opening_people.py", "_CANDIDATES"): 3,
}
"""The same for numbers with a name of their own."""


@pytest.mark.parametrize(("module", "name"), CONSTANTS)
def test_named_numbers_quoted_in_the_description_still_have_their_value(module, name):
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    values = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert values.get(name) == CONSTANTS[module, name], f"docs/odd.md quotes {name} of {module}"


def test_the_weights_quoted_by_kind_of_care_still_hold():
    from resilience.market import choice, commissioning, sale, sites

    assert commissioning.WAGE_SHARE.tolist() == [0.60, 0.62, 0.62, 0.80]
    assert choice._CLASS_SENSITIVITY.tolist() == [0.5, 1.0, 1.5]
    assert sites._START_UP_MONTHS.tolist() == [18, 18, 18, 12]
    assert sale._USUAL_FOR_SALE.tolist() == pytest.approx([0.07 / 4, 0.18 / 4])
