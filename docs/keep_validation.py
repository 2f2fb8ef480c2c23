"""Keep a validation's results for the documents: ``python -m docs.keep_validation RESULTS``.

RESULTS is a folder that ``resilience validate`` wrote. Its targets and facts become ``validation-targets.csv`` and
``validation-facts.csv``, and what was run ``validation.json``; then ``python -m docs.generate`` writes the page.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def keep(results: Path, folder: Path = FOLDER) -> dict[str, Any]:
    """Copy the tables and what is known of the run; returns the latter. Raises ValueError for another folder."""
    manifest = results / "manifest.json"
    about = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    if "validation" not in about:
        raise ValueError(f"{results}: is not a folder that 'resilience validate' wrote")
    for name in ("targets", "facts"):
        shutil.copyfile(results / f"{name}.csv", folder / f"validation-{name}.csv")
    kept = {
        "scenario": about["scenario"]["name"],
        "hash": about["hash"],
        "seeds": [about["seeds"][0], about["seeds"][-1]],
        "runs": about["runs_done"],
        "failed": about["runs_failed"],
        "date": about["created"][:10],
        "version": about["versions"]["resilience"],
        "seconds": about["timings"]["seconds"],
        **about["validation"],
    }
    (folder / "validation.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8", newline="\n")
    return kept


def main(arguments: list[str]) -> int:
    """Keep the results named; returns the exit code."""
    try:
        kept = keep(Path(arguments[0])) if len(arguments) == 1 else None
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(__doc__ if kept is None else kept["answer"])
    return 2 if kept is None else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
