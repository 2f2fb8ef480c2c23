"""Which form of a kernel runs: Numba's where there is one, NumPy's where not or where that is asked for."""

import ast
import os
import subprocess
import sys

import numpy as np
import pytest

from resilience import kernels
from resilience.state import randomness
from tests.model.worlds import differences, market
from tests.project.files import ROOT

STEP = (
    "import sys\n"
    "from resilience.model import CareMarket\n"
    "model = CareMarket('west-midlands-2016', rng=1)\n"
    "opened = 'numba' in sys.modules\n"
    "model.run_for(2)\n"
    "print(opened, 'numba' in sys.modules, model.state.self_funders.key.sum())\n"
)


def play(before: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Open a market and play two months in a process of its own, with these settings in its environment."""
    script = before + STEP
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def in_numpy() -> str:
    """What the two months come to where Numba is not wanted."""
    done = play(RESILIENCE_KERNELS="numpy")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_numba_is_not_touched_where_numpy_is_asked_for(in_numpy):
    assert in_numpy.startswith("False False ")


def test_numba_is_imported_by_the_first_month_and_changes_nothing(in_numpy):
    pytest.importorskip("numba")
    done = play()
    assert done.returncode == 0, done.stderr
    assert done.stdout == in_numpy.replace("False False", "False True")


def test_without_numba_the_numpy_forms_run(in_numpy):
    done = play(before="import sys\nsys.modules['numba'] = None\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == in_numpy.split()[-1]


def test_a_setting_that_is_neither_is_refused():
    done = play(RESILIENCE_KERNELS="fortran")
    assert done.returncode != 0
    assert "RESILIENCE_KERNELS=fortran: must be one of numba, numpy" in done.stderr


def test_every_kernel_has_a_twin_of_its_name():
    pytest.importorskip("numba")
    assert kernels.KERNELS
    for kernel in kernels.KERNELS:
        assert kernel.compiled.__name__ == kernel.plain.__name__
        assert kernel.compiled is not kernel.plain


def test_both_forms_play_the_same_months():
    pytest.importorskip("numba")
    with kernels.using("numpy"):
        plain = market(months=14)
    with kernels.using("numba"):
        compiled = market(months=14)
    assert differences(plain.state, compiled.state) == []


def test_one_form_is_used_inside_a_block_only():
    kernel = randomness.uniforms
    before = kernel._in_use
    with kernels.using("numpy"):
        assert kernel._in_use is kernel.plain
    assert kernel._in_use is before
    assert kernel(np.zeros(1, dtype=np.uint64), np.uint64(1)).shape == (1,)


def test_a_rule_that_is_imported_after_the_first_month_finds_its_form_when_it_is_called():
    pytest.importorskip("numba")
    script = (
        "from resilience import kernels\n"
        "kernels.begin()\n"
        "from resilience.market import closure\n"
        "living, owner = closure.np.ones(1, dtype=bool), closure.np.zeros(1, dtype=closure.np.int64)\n"
        "closure.without_sites(living, living, owner)\n"
        "print(closure.without_sites._in_use is closure.without_sites.compiled)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


COLD = (
    "import numpy as np\n"
    "from resilience.kernels import draws\n"
    "keys = np.arange(1_000, dtype=np.uint64)\n"
    "print(draws.uniforms(keys, np.uint64(7)).sum(), sum(draws.uniforms.stats.cache_hits.values()))\n"
)


def test_processes_that_start_together_with_nothing_kept_do_not_disturb_one_another(tmp_path):
    pytest.importorskip("numba")
    expected = randomness.uniforms.plain(np.arange(1_000, dtype=np.uint64), np.uint64(7)).sum()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", COLD],
            cwd=ROOT,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    sums = [float(process.communicate()[0].split()[0]) for process in started]
    assert sums == [expected] * 3
    later = subprocess.run(
        [sys.executable, "-c", COLD],
        cwd=ROOT,
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert later.stdout.split() == [str(expected), "1"]


def test_kernels_are_given_the_numbers_of_the_model():
    # What is kept of a kernel is renewed with the files of its package only, so it must not rest on another's number.
    for path in sorted((ROOT / "resilience/kernels").glob("[a-z]*.py")):
        names = [
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module != "resilience.state.codes"
            for alias in node.names
        ]
        assert [name for name in names if name.isupper()] == [], path.name


OTHER_TEXT = (
    "import numpy as np\n"
    "from resilience.kernels import compiler\n"
    "compiler.package_digest = lambda: {digest!r}\n"
    "from resilience.kernels import draws\n"
    "draws.uniforms(np.arange(3, dtype=np.uint64), np.uint64(7))\n"
    "print(sum(draws.uniforms.stats.cache_hits.values()))\n"
)


def test_kept_code_is_renewed_when_any_file_of_the_package_says_something_else(tmp_path):
    pytest.importorskip("numba")
    hits = []
    for digest in ("one text", "one text", "another text"):
        done = subprocess.run(
            [sys.executable, "-c", OTHER_TEXT.format(digest=digest)],
            cwd=ROOT,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        hits.append(done.stdout.strip())
    assert hits == ["0", "1", "0"]


def test_the_digest_of_the_package_covers_each_of_its_files(tmp_path, monkeypatch):
    pytest.importorskip("numba")
    from resilience.kernels import compiler

    (tmp_path / "compiler.py").write_text("", encoding="utf-8")
    (tmp_path / "draws.py").write_text("GAMMA = 1", encoding="utf-8")
    monkeypatch.setattr(compiler, "__file__", str(tmp_path / "compiler.py"))
    before = compiler.package_digest.__wrapped__()
    (tmp_path / "draws.py").write_text("GAMMA = 2", encoding="utf-8")
    assert compiler.package_digest.__wrapped__() != before


KINDS = (
    "import importlib\n"
    "from resilience import kernels\n"
    "from resilience.model import CareMarket\n"
    "for seed in (1, 2):\n"
    "    CareMarket('west-midlands-2016', rng=seed).run_for(4)\n"
    "homes = {kernel.module for kernel in kernels.KERNELS}\n"
    "for home in homes:\n"
    "    for name, value in vars(importlib.import_module(f'resilience.kernels.{home}')).items():\n"
    "        print(name, len(getattr(value, 'signatures', ())))\n"
)


def test_each_kernel_is_compiled_for_one_kind_of_arguments():
    pytest.importorskip("numba")
    done = subprocess.run([sys.executable, "-c", KINDS], cwd=ROOT, capture_output=True, text=True, check=True)
    kinds = {name: int(count) for name, count in (line.split() for line in done.stdout.splitlines())}
    assert kinds["uniforms"] == 1
    # Columns are closed up as words of eight, four, two or one bytes.
    assert {name: count for name, count in kinds.items() if count > 1} == {"close_up": 4}
