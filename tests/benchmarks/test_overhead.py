from benchmarks.overhead import measured


def test_null_runs_are_kept_and_gathered_like_real_ones(tmp_path):
    done, whole, gathering = measured(tmp_path, 2, 1, ["months"])
    assert (done.found, done.gathered) == (2, True)
    assert len(done.results().runs) == 2
    assert whole >= gathering > 0
