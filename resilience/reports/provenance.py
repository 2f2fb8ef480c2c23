"""Where the figures come from: scenarios and their hashes, seeds, versions, commit, machine, and how to repeat it."""

import datetime
from typing import Any

from resilience.reports.figures import plain, seeds_said
from resilience.reports.read import Material
from resilience.scenario import to_toml


def provenance(material: Material) -> dict[str, Any]:
    """Return everything that identifies these results, as pairs of a name and a text, and each scenario as resolved."""
    manifest = material.manifest
    return {
        "rows": [
            ("Made", _moment(manifest.get("created", ""))),
            ("Seeds", seeds_said(manifest["seeds"])),
            ("Runs", _runs(manifest)),
            ("Time taken", _seconds(manifest.get("timings", {}).get("seconds"))),
            ("Versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())),
            ("Commit", _commit(manifest.get("commit"))),
            ("Machine", " ".join(str(manifest["platform"].get(part, "")) for part in ("system", "machine", "python"))),
        ],
        "scenarios": [
            {
                "title": title,
                "name": name,
                "hash": manifest["scenarios"][title]["hash"],
                "toml": to_toml(material.scenarios[title]),
            }
            for title, name in material.name_of.items()
        ],
        "command": manifest.get("command"),
        "reproduce": manifest.get("reproduce", ""),
    }


def _moment(text: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or ''}".strip()


def made_on(material: Material) -> str:
    """Return the day on which the runs were made."""
    return _moment(material.manifest.get("created", "")).partition(",")[0]


def _runs(manifest: dict[str, Any]) -> str:
    done, failed = int(manifest.get("runs_done", 0)), int(manifest.get("runs_failed", 0))
    return f"{plain(done)} finished, {plain(failed)} failed" + (", interrupted" if manifest.get("interrupted") else "")


def _seconds(seconds: float | None) -> str:
    if not seconds:
        return "not known"
    return f"{seconds:,.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def _commit(commit: dict[str, Any] | None) -> str:
    if not commit:
        return "not known: the program was not run from a checkout"
    return commit["id"] + (", with changes that were not committed" if commit.get("modified") else "")
