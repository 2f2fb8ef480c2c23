"""Assumptions that matter most, where the results folder keeps a sensitivity analysis."""

from typing import Any

from resilience.report.read import Material


def stored_sensitivity(material: Material) -> dict[str, Any] | None:
    """Return the stored analysis as a table, None where the folder has none."""
    return None
