"""Scenarios: declared parameters, TOML files that extend one another, messages that help, a schema."""

from __future__ import annotations

from resilience.scenario.declare import Component, Section, parameter
from resilience.scenario.describe import ParameterInfo
from resilience.scenario.errors import Problem, ScenarioError
from resilience.scenario.load import load, load_with, parse_assignment, parse_assignments, to_toml
from resilience.scenario.months import value_in_year
from resilience.scenario.scenario import Scenario
from resilience.scenario.schema import json_schema, parameter_table

__all__ = [
    "Component",
    "ParameterInfo",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Section",
    "json_schema",
    "load",
    "load_with",
    "parameter",
    "parameter_table",
    "parse_assignment",
    "parse_assignments",
    "to_toml",
    "value_in_year",
]
