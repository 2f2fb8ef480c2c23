"""Write the generated parts of the documents again: ``python -m docs.generate``.

With ``--check`` it only says which are stale. A generated part stands between the comments ``<!-- begin: NAME -->`` and
``<!-- end: NAME -->``, each on a line of its own. The first word of NAME says which function of ``docs.parts`` writes
it, the others are what it is given.
"""

import re
import sys
from pathlib import Path

from docs.parts import PARTS

FOLDER = Path(__file__).parent
_PART = re.compile(r"<!-- begin: (?P<name>[^>]+?) -->\n(?P<body>.*?)<!-- end: (?P=name) -->", re.DOTALL)
_BEGIN = re.compile(r"<!-- begin: ([^>]+?) -->")


def documents() -> list[Path]:
    """Return the documents that may have generated parts."""
    return sorted(FOLDER.glob("*.md"))


def part(name: str) -> str:
    """Return the text of a part by its name; raises KeyError, with the names there are, for an unknown one."""
    first, *given = name.split()
    if first not in PARTS:
        raise KeyError(f"no generated part is called {first!r}; there are {', '.join(sorted(PARTS))}")
    return PARTS[first](*given)


def parts_in(text: str) -> dict[str, str]:
    """Return the parts of a document by name, as they stand; raises ValueError for a part without its end."""
    found = {match["name"]: match["body"] for match in _PART.finditer(text)}
    lost = [name for name in _BEGIN.findall(text) if name not in found]
    if lost:
        raise ValueError(f"no end for the generated part {lost[0]!r}")
    return found


def renewed(text: str) -> str:
    """Return a document with every part written again."""
    parts_in(text)
    return _PART.sub(lambda match: _framed(match["name"], part(match["name"])), text)


def stale_parts(text: str) -> list[str]:
    """Return the names of the parts that do not say what they would say now."""
    return [name for name, body in parts_in(text).items() if body != part(name) + "\n"]


def _framed(name: str, body: str) -> str:
    return f"<!-- begin: {name} -->\n{body}\n<!-- end: {name} -->"


def main(arguments: list[str]) -> int:
    """Write the parts that are stale, or with ``--check`` only name them. Returns 1 when a check finds any, else 0."""
    check = "--check" in arguments
    any_stale = False
    for path in documents():
        text = path.read_text(encoding="utf-8")
        stale = stale_parts(text)
        if not stale:
            continue
        any_stale = True
        print(f"{path.name}: {', '.join(stale)} {'is stale' if check else 'written'}")
        if not check:
            path.write_text(renewed(text), encoding="utf-8", newline="\n")
    return int(check and any_stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
