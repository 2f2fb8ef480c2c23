"""Rebuilds the shipped register of care homes: ``python -m resilience.region.build_register``.

Writes ``data/register.csv``; with ``--check`` it only says whether a rebuild gives the shipped file.
"""

import sys
from pathlib import Path

from resilience.region.register import SHIPPED_SEED, draw_register

TARGET = Path(__file__).parent / "data" / "register.csv"


def register_text() -> str:
    """Return the text of the register as it is shipped (one line a home, in the order of the drawing)."""
    return str(draw_register(SHIPPED_SEED).to_csv(index=False, lineterminator="\n"))


def main(arguments: list[str]) -> int:
    """Write the register, or compare it with the shipped one (``--check``). Return the exit code."""
    text = register_text()
    if "--check" in arguments:
        same = TARGET.read_text(encoding="utf-8") == text
        print(f"A rebuild {'gives' if same else 'differs from'} the shipped register.")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {text.count(chr(10)) - 1:,} homes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
