"""Renews the stored results and shows what changed: ``python -m tests.baseline.refresh``."""

from tests.baseline.summary import STORED, differences, read, summarise, table, write


def main() -> None:
    """Run, show the differences from what was stored, and store."""
    stored = read() if STORED.exists() else {}
    now = summarise()
    rows = differences(stored, now)
    print(table(rows) if rows else "Nothing changed.")
    write(now)
    runs, measures = len(now), sum(len(found) for found in now.values())
    print(f"\n{STORED.name}: {runs} runs, {measures} measures, {len(rows)} of them moved.")


if __name__ == "__main__":
    main()
