"""Tracked files hold for everybody: no paths of one machine, no registry hosts, nothing unfinished."""

import re
from pathlib import Path

import pytest

from tests.project.files import ROOT, name_of, tracked_files

# Written so that no pattern matches its own line.
PATTERNS = {
    "a path of one machine": re.compile(
        r"(?<![\w.:/~*-])/(?:home|root|work|tmp|opt|mnt|Users)/\w|\b[A-Z]:\\Users\\", re.IGNORECASE
    ),
    "a package registry's host": re.compile(
        r"p[y]pi[.]org|python[h]osted[.]org|n[p]mjs[.]|deb[.]d[e]bian[.]org|jsdel[i]vr[.]net|unp[k]g[.]com"
    ),
    "a private network address": re.compile(
        r"\b(?:10[.]\d{1,3}|192[.]168|172[.](?:1[6-9]|2\d|3[01]))[.]\d{1,3}[.]\d{1,3}\b"
    ),
    "unfinished work": re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b"),
    "a merge conflict": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}
BINARY = {".parquet", ".png", ".jpg", ".ico", ".gz", ".zip", ".xlsx", ".ods", ".woff2"}
LARGEST_FILE_BYTES = 3_000_000


def findings(text: str) -> list[str]:
    """What the text says that it should not, as ``line: what: the words``."""
    return [
        f"{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group(0)}"
        for what, pattern in PATTERNS.items()
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see /" + "home/jane/data.csv", "a path of one machine"),
        ('open("/' + 'tmp/out")', "a path of one machine"),
        ("C:" + "\\Users\\jane", "a path of one machine"),
        ("--index-url https://pypi" + ".org/simple", "a package registry's host"),
        ("http://192.168" + ".1.20:8000", "a private network address"),
        ("http://10" + ".0.0.4:8000", "a private network address"),
        ("# TO" + "DO: later", "unfinished work"),
        ("<" * 7 + " HEAD", "a merge conflict"),
    ],
)
def test_the_check_catches(text, what):
    assert [finding.split(": ")[1] for finding in findings(f"first line\n{text}")] == [what]
    assert findings(f"first line\n{text}")[0].startswith("2: ")


@pytest.mark.parametrize(
    "text",
    [
        "https://www.gov.uk/home/care",
        "results/tmp/run.parquet",
        "#!/usr/bin/env bash",
        "http://127.0.0.1:8765",
        "version 10.0.2",
        "people in care homes/root causes",
    ],
)
def test_the_check_leaves_alone(text):
    assert findings(text) == []


def _texts() -> dict[str, str]:
    paths = [path for path in tracked_files() if path.suffix.lower() not in BINARY]
    return {name_of(path): path.read_text(encoding="utf-8") for path in paths}


def test_no_tracked_file_names_a_machine_a_registry_or_unfinished_work():
    found = {name: findings(text) for name, text in _texts().items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_no_tracked_file_is_huge():
    sizes = {name_of(path): path.stat().st_size for path in tracked_files()}
    assert {name: size for name, size in sizes.items() if size > LARGEST_FILE_BYTES} == {}


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in tracked_files():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not _exists(path, target):
                broken.append(f"{name_of(path)}: {target}")
    assert broken == []


def _exists(document: Path, target: str) -> bool:
    return (document.parent / target).exists() or (target.startswith("/") and (ROOT / target[1:]).exists())
