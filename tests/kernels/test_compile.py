"""``python -m resilience.kernels`` compiles everything that a run may call, so that nobody waits for it later."""

import ast
import subprocess
import sys

from numba.core.dispatcher import Dispatcher

from resilience.kernels import KERNELS
from resilience.kernels import __main__ as program
from tests.project.files import ROOT


def test_every_kernel_is_compiled(capsys, monkeypatch):
    monkeypatch.setenv("RESILIENCE_KERNELS", "numba")
    assert program.main() == 0
    assert f"{len(KERNELS)} kernels are compiled" in capsys.readouterr().out
    forms = [kernel.compiled for kernel in KERNELS]
    uncalled = {one.__name__ for one in forms if isinstance(one, Dispatcher) and not one.signatures}
    assert uncalled <= called_by_kernels()


def called_by_kernels() -> set[str]:
    """What kernels call themselves, and so have compiled with them."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "resilience/kernels").glob("[a-z]*.py")]
    calls = [node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)}


def test_without_compiled_forms_there_is_nothing_to_do(capsys, monkeypatch):
    monkeypatch.setenv("RESILIENCE_KERNELS", "numpy")
    assert program.main() == 0
    assert "nothing to compile" in capsys.readouterr().out


def test_a_wrong_setting_is_named():
    command = [sys.executable, "-m", "resilience.kernels"]
    done = subprocess.run(command, env={"RESILIENCE_KERNELS": "fast"}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == "RESILIENCE_KERNELS=fast: must be one of numba, numpy"
