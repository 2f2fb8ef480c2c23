"""The whole test on four towns: ranking, common luck, sets, tables, answer and folder."""

import numpy as np
import pandas as pd
import pytest

from resilience.market import sites as at
from resilience.runs.store import load_results
from resilience.runs.tables import describe
from resilience.stress import nminus
from resilience.stress.answer import stress_answer, stress_data, tables_of
from resilience.stress.keep import StressFolder
from resilience.stress.nminus import FOLLOWED, StressOrder, lost, stress
from resilience.stress.play import Stop, play, reference
from resilience.stress.show import stress_tables
from resilience.stress.snapshot import continuation, market_at, providers_to_test, save
from tests.model.worlds import differences, four_towns

MIN_HOURS = 600.0


@pytest.fixture(scope="module")
def result():
    return stress(StressOrder(four_towns(), at=6, min_hours=MIN_HOURS, k=3, workers=1))


@pytest.fixture(scope="module")
def tables(result):
    return tables_of(result)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    market = market_at(four_towns(), 1, 6)
    path = tmp_path_factory.mktemp("saved") / "market"
    save(market, path)
    return market, path


class TestContinuations:
    def test_resume_where_the_market_stood(self, saved):
        market, path = saved
        assert differences(market.state, continuation(path, 1).state) == []

    def test_go_on_as_the_market_itself_would(self, saved):
        _, path = saved
        copy, whole = continuation(path, 1), market_at(four_towns(), 1, 9)
        copy.run_for(3)
        # What providers measure is taken by the recorder, which a continuation has none of.
        measured = {"providers.gap", "providers.statutory", "providers.last_hours"}
        assert set(differences(copy.state, whole.state)) <= measured

    def test_saving_leaves_the_market_its_record(self, saved):
        market, _ = saved
        assert market.recorder.months_done == 6
        assert market.results().headline["need_hours"] > 0

    def test_with_nobody_stopped_nothing_differs(self, saved):
        _, path = saved
        effect = play(Stop((), 1, 3), path=path, references={1: reference(path, 1, 6)})
        assert (effect.people, effect.failures, effect.averted) == (0, 0, 0)
        for part in (effect.interrupted, effect.waiting, effect.lost, effect.unmet):
            assert not part.any()

    def test_another_luck_is_another_course(self, saved):
        _, path = saved
        one, two = (reference(path, seed, 3) for seed in (1, 2))
        assert not np.array_equal(one.unmet, two.unmet)

    def test_accounts_hold_after_a_stop(self, saved):
        market, path = saved
        copy = continuation(path, 1)  # its scenario checks every identity each month
        row = int(providers_to_test(market.state, MIN_HOURS)[0])
        copy.stop_providers([row])
        copy.run_for(2)
        assert copy.state.month == 8


class TestSingles:
    def test_all_above_the_line_are_tested_but_no_own_service(self, result):
        state = result.market.state
        s = state.sites
        hours = np.bincount(s.provider, weights=at.hours_due(state) * s.alive, minlength=len(state.providers))
        own = state.providers.kind == 4
        assert sorted(result.singles) == np.flatnonzero((hours > MIN_HOURS) & ~own).tolist()
        assert len(result.singles) >= 8

    def test_the_ranking_is_by_hours_lost(self, result):
        found = [lost(effects) for effects in result.singles.values()]
        assert found == sorted(found, reverse=True)
        assert found[0] > 0

    def test_everything_interrupted_is_what_was_due(self, result):
        state = result.market.state
        for row, (effect,) in result.singles.items():
            mine = state.sites.alive & (state.sites.provider == row)
            assert effect.interrupted.sum() == pytest.approx(at.hours_due(state)[mine].sum())
            assert effect.people == at.people(state)[mine].sum()

    def test_nobody_loses_much_more_than_all_of_it(self, result):
        for effects in result.singles.values():
            (effect,) = effects
            assert effect.lost.sum() < 1.2 * effect.interrupted.sum() * 13.1 + 200

    def test_the_worst_are_followed_for_longer(self, result):
        assert list(result.long) == sorted(result.ranking[: nminus.LONG_LIST])
        assert {effects[0].stop.months for effects in result.long.values()} == {12}

    def test_longer_and_shorter_agree_on_what_both_saw(self, result):
        for row, (long,) in result.long.items():
            (short,) = result.singles[row]
            assert long.lost[:FOLLOWED] == pytest.approx(short.lost)


class TestSets:
    def test_every_pair_of_the_worst_is_played(self, result):
        pairs = {found.effects[0].stop.providers for found in result.sets if found.method == "pair"}
        worst = result.ranking[: nminus.PAIRED]
        assert all(tuple(sorted((a, b))) in pairs for a in worst for b in worst if a != b)

    def test_the_greedy_set_begins_with_the_worst_pair_and_grows_by_one(self, result):
        pairs = [found for found in result.sets if found.method == "pair"]
        two, three = (found for found in result.sets if found.method == "greedy")
        assert two.lost == max(pair.lost for pair in pairs)
        first, second = two.effects[0].stop.providers, three.effects[0].stop.providers
        assert set(first) < set(second)
        assert len(second) == 3

    def test_k_of_one_plays_no_sets(self):
        only = stress(StressOrder(four_towns(), at=1, min_hours=2_500.0, k=1, workers=1))
        assert only.sets == []
        assert tables_of(only)["stress_sets"].empty
        assert "together" not in stress_answer(only, tables_of(only))


class TestTables:
    def test_providers_are_ranked_and_described(self, result, tables):
        frame = tables["stress_providers"]
        assert frame["rank"].tolist() == list(range(1, len(result.singles) + 1))
        assert frame["hours_lost"].is_monotonic_decreasing
        assert (frame["replaced_7_days"] <= frame["replaced_28_days"] + 1e-9).all()
        assert (frame["replaced_28_days"] <= frame["replaced_90_days"] + 1e-9).all()
        assert ((frame["room_used"] > 0.5) & ~frame["statutory"]).tolist() == frame["below_the_line"].tolist()

    def test_every_column_is_explained(self, tables):
        for frame in tables.values():
            assert [name for name in frame if not describe(name).meaning] == []

    def test_councils_have_their_worst_provider(self, result, tables):
        frame = tables["stress_councils"]
        assert set(frame["council"]) == {"Ashford", "Birchley", "Cray", "Dunmore"}
        assert frame["share_of_need"].is_monotonic_decreasing
        names = result.market.state.council_names
        for row in frame.to_dict("records"):
            place = names.index(row["council"])
            most = max(effects[0].lost[:, place].sum() for effects in result.singles.values())
            assert row["hours_lost"] == pytest.approx(most)

    def test_sets_tell_what_failing_together_adds(self, tables):
        frame = tables["stress_sets"]
        together = frame["hours_lost"] - frame["hours_lost_singly"]
        assert frame["hours_lost_jointly"].to_numpy() == pytest.approx(together.to_numpy())

    def test_a_gap_names_what_mends_it(self, tables):
        frame = tables["stress_providers"]
        assert (frame["mend_by"] != "").tolist() == (frame["places_to_mend"] > 0).tolist()


class TestTelling:
    def test_the_answer_names_the_worst(self, result, tables):
        answer = stress_answer(result, tables)
        worst = tables["stress_providers"].iloc[0]
        assert answer.startswith(
            f"Of {len(result.singles)} providers with more than 600 hours of care a week, the failure"
        )
        assert f"({worst['provider']}, " in answer
        assert "all its sites at once and without a buyer" in answer
        assert "The worst 3 together" in answer

    def test_nobody_tested_is_said(self):
        empty = stress(StressOrder(four_towns(), at=1, min_hours=1e6, workers=1))
        assert stress_answer(empty, tables_of(empty)) == (
            "No provider has more than 1 million hours a week, so nobody was tested."
        )
        assert stress_tables(empty, tables_of(empty)) == []

    def test_plain_data_has_it_all(self, result, tables):
        data = stress_data(result, tables, "out")
        assert (data["scenario"], data["month"], data["seeds"]) == ("four towns", "2016-10-01", [1])
        assert len(data["providers"]) == data["providers_tested"] == len(result.singles)
        assert isinstance(data["providers"][0]["people_affected"], float)

    def test_the_screen_shows_the_ten_worst(self, result, tables):
        first = stress_tables(result, tables)[0]
        assert first.row_count == min(10, len(result.singles))

    def test_the_folder_reads_back(self, result, tables, tmp_path):
        folder = StressFolder(result.order, tmp_path / "out", False, ["resilience", "stress"])
        stored = load_results(folder.keep(result, tables))
        read = stored.table("stress_providers")
        assert read["provider"].tolist() == tables["stress_providers"]["provider"].tolist()
        assert read["hours_lost"].to_numpy() == pytest.approx(tables["stress_providers"]["hours_lost"].to_numpy())
        assert stored.units("stress_councils")["places_to_mend"]["unit"] == "people"
        assert stored.manifest["stress"] == {
            "at": 6,
            "month": "2016-10-01",
            "min_hours": 600.0,
            "k": 3,
            "with_buyers": False,
        }
        assert stored.manifest["reproduce"].startswith("resilience stress scenario.toml --at 6 --min-hours 600 --k 3")
        assert stored.failed_runs.empty


class TestFailuresOfTheTestItself:
    def test_a_stop_that_cannot_be_played_is_recorded_and_the_others_go_on(self, monkeypatch, tmp_path):
        real = nminus.play

        def breaks(stop, **known):
            if stop.providers == (first,):
                raise RuntimeError("boom")
            return real(stop, **known)

        order = StressOrder(four_towns(), at=1, min_hours=2_500.0, k=1, workers=1)
        first = int(providers_to_test(market_at(four_towns(), 1, 1).state, 2_500.0)[0])
        monkeypatch.setattr(nminus, "play", breaks)
        result = stress(order)
        assert first not in result.singles
        assert len(result.singles) == len(result.tested) - 1
        assert [stop.providers for stop, _ in result.failed] == [(first,)]
        kept = load_results(StressFolder(order, tmp_path / "out", False, None).keep(result, tables_of(result)))
        assert kept.failed_runs["error"].tolist() == [f"P{first}: RuntimeError: boom"]

    @pytest.mark.parametrize("wrong", [{"at": 0}, {"k": 0}, {"lucks": 0}, {"min_hours": -1.0}])
    def test_impossible_numbers_are_refused(self, wrong):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            StressOrder(four_towns(), **wrong)


def test_workers_and_lucks_change_nothing_but_the_time():
    order = {"at": 1, "min_hours": 2_000.0, "k": 1, "lucks": 2}
    alone, pooled = (tables_of(stress(StressOrder(four_towns(), **order, workers=n))) for n in (1, 2))
    for name, frame in alone.items():
        pd.testing.assert_frame_equal(frame, pooled[name])
