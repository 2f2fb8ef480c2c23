"""The benchmark's figures, table and file; and that the document shows the figures that were kept."""

import io
import json
import platform
import re

import pytest
from rich.console import Console

from benchmarks import machine, report
from benchmarks.__main__ import asked_for, parts
from benchmarks.clock import Times, numpy_work, python_work, repeated
from benchmarks.figures import Figure, seconds

CONTENT = report.contents(
    [
        seconds("month", "A month", 0.0042, yardstick=0.05, limit=0.005),
        Figure("ratio", "Times quicker", 87.0, "times", 100.0, "more"),
        Figure("folder", "Folder", 0.5, "MB", note="a run"),
    ],
    {"processor": "P", "cores": 2, "memory_gb": 8.0, "system": "Linux x", "python": "3", "numpy": "2", "mesa": "3"},
    (0.05, 0.0612345),
    1.5,
)


@pytest.mark.parametrize(
    ("value", "better", "met"),
    [(0.4, "less", True), (0.41, "less", False), (0.4, "more", True), (0.39, "more", False)],
)
def test_a_limit_is_kept_up_to_and_at_it(value, better, met):
    assert Figure("x", "X", value, "s", 0.4, better).met is met


def test_a_figure_without_a_limit_is_neither_kept_nor_missed():
    figure = Figure("x", "X", 1.0, "s")
    assert figure.met is None
    assert "met" not in figure.as_row()
    assert "limit" not in figure.as_row()


def test_seconds_are_given_in_yardsticks_too():
    assert seconds("x", "X", 0.2, yardstick=0.05).yardsticks == pytest.approx(4.0)


def test_figures_are_kept_with_the_digits_that_were_measured():
    assert Figure("x", "X", 0.123456789, "s").as_row()["value"] == 0.1235


def test_the_median_does_not_feel_one_slow_turn():
    times = Times(wall=[1.0, 1.1, 9.0], cpu=[1.0, 1.0, 1.0])
    assert times.median == 1.1
    assert times.median_cpu == 1.0
    assert times.spread > 1.0
    assert Times(wall=[1.0], cpu=[1.0]).spread == 1.0


def test_work_is_done_as_often_as_asked():
    done = []
    times = repeated(lambda: done.append(1), 4)
    assert len(done) == len(times.wall) == len(times.cpu) == 4


def test_the_yardstick_is_the_same_work_every_time():
    assert python_work() == python_work()
    assert numpy_work() == numpy_work()


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(0.00423, "s", "4.23 ms"), (12.34, "s", "12.3 s"), (1234.0, "MB", "1,234 MB"), (0.9994, "times", "0.999 times")],
)
def test_figures_in_words(value, unit, words):
    assert report.in_words(value, unit) == words


def test_the_table_says_what_was_promised_and_kept():
    console = Console(width=150, record=True, file=io.StringIO())
    report.show(CONTENT, console)
    said = console.export_text()
    assert re.search(r"A month +4\.2 ms +0\.084 +at most 5 ms +yes", said)
    assert re.search(r"Times quicker +87 times +at least 100 times +no", said)
    assert "P, 2 cores, 8.0 GB" in said
    assert "Yardstick 50 ms before and 61 ms after" in said


def test_the_file_is_read_back_as_it_was_kept(tmp_path):
    report.save(tmp_path / "some" / "figures.json", CONTENT)
    assert report.load(tmp_path / "some" / "figures.json") == CONTENT


def test_figures_go_between_the_marks_of_a_document():
    document = f"above\n{report.START}\nwhat it said\n{report.END}\nbelow\n"
    changed = report.put_into(document, CONTENT)
    assert changed.startswith("above\n")
    assert changed.endswith("\nbelow\n")
    assert "what it said" not in changed
    assert "| Folder (a run) | 0.5 MB | | | |" in changed
    assert report.put_into(changed, CONTENT) == changed


def test_a_document_without_marks_is_refused():
    with pytest.raises(ValueError, match="lacks the marks"):
        report.put_into("no marks", CONTENT)


def test_the_machine_is_described_without_its_name():
    described = machine.description()
    assert set(described) >= {"processor", "cores", "python", "numpy", "mesa"}
    assert described["cores"] >= 1
    name = platform.node()
    assert not name or name not in json.dumps(described)


def test_an_unknown_part_is_named_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        asked_for(["monts"])
    assert "no part 'monts'; known: months, waits, england, batch" in capsys.readouterr().err


def test_only_a_whole_measurement_is_kept(capsys):
    with pytest.raises(SystemExit):
        asked_for(["months", "--save"])
    assert "leave out the parts" in capsys.readouterr().err
    assert asked_for(["--save", "--quick"]).save


def test_quick_and_thorough_measure_the_same_parts():
    assert list(parts(quick=True)) == list(parts(quick=False))


def test_the_kept_figures_say_where_they_come_from():
    kept = report.load()
    assert {"date", "machine", "yardstick_s", "figures"} <= set(kept)
    names = [figure["name"] for figure in kept["figures"]]
    assert len(names) == len(set(names))
    assert {"month", "month_plain", "ratio", "ten_years", "help", "run_one", "england_memory", "batch_thousand"} <= set(
        names
    )


def test_the_document_shows_the_kept_figures():
    assert report.markdown(report.load()) in report.DOCUMENT.read_text(encoding="utf-8")
