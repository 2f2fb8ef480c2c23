"""A Mesa user feels at home: agents, agent sets, batch runs, data collection."""

import pickle

import mesa
import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet

from resilience.agents import (
    PROVIDER_CLASSES,
    Chain,
    Council,
    CouncilService,
    Independent,
    MicroEnterprise,
    Provider,
    SelfFunder,
)
from resilience.measures.catalogue import HEADLINE
from resilience.model import CareMarket
from resilience.scenario import ScenarioError
from resilience.state.codes import KINDS, MICRO_ENTERPRISE
from tests.model.worlds import FOUR_TOWNS, four_towns, market, town_scenario

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:mesa", "ignore::DeprecationWarning:mesa")


@pytest.fixture(scope="module")
def model():
    """A market of four towns after half a year: read, never write."""
    return market(months=6)


@pytest.fixture
def fresh():
    """A market of four towns on its first day."""
    return market()


class TestAgents:
    def test_councils_and_providers_are_registered(self, model):
        assert isinstance(model, mesa.Model)
        assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
        living = int(model.state.providers.alive.sum())
        assert len(model.agents) == 4 + living
        by_type = model.agents_by_type
        assert len(by_type[Council]) == 4
        for kind, agents in ((KINDS[code], by_type.get(cls)) for code, cls in enumerate(PROVIDER_CLASSES)):
            count = int((model.state.providers.alive & (model.state.providers.kind == KINDS.index(kind))).sum())
            assert (len(agents) if agents is not None else 0) == count, kind

    def test_unique_ids_are_unique_and_rows_are_found_again(self, model):
        ids = [agent.unique_id for agent in model.agents]
        assert len(set(ids)) == len(ids)
        for agent in model.agents_by_type[Chain]:
            assert model.provider(agent.row) is agent
            assert agent.kind == "chain"

    def test_it_makes_no_difference_when_agents_are_asked_for_first(self):
        early, late = market(), market()
        stopped = next(iter(early.agents_by_type[Independent])).row
        for model in (early, late):
            model.run_for(3)
            model.stop_providers([stopped])
            model.step()
        of_both = [{agent.unique_id: (type(agent), agent.row) for agent in model.agents} for model in (late, early)]
        assert of_both[0] == of_both[1]
        assert stopped not in {row for kind, row in of_both[0].values() if kind is not Council}
        with pytest.raises(KeyError):
            late.provider(-1)

    def test_agent_sets_work(self, model):
        chains = model.agents_by_type[Chain]
        assert isinstance(chains, AbstractAgentSet)
        rich = chains.select(lambda chain: chain.cash > 0)
        assert 0 < len(rich) <= len(chains)
        assert chains.agg("cash", sum) == pytest.approx(model.state.providers.cash[[c.row for c in chains]].sum())
        assert sorted(chains.get("debt")) == sorted(float(model.state.providers.debt[c.row]) for c in chains)
        names = chains.sort("name", ascending=True).get("name")
        assert names == sorted(names)
        by_kind = model.agents.select(agent_type=Provider).groupby("kind").count()
        assert by_kind["independent"] == len(model.agents_by_type[Independent])

    def test_attributes_write_through_to_the_columns(self, fresh):
        chain = next(iter(fresh.agents_by_type[Chain]))
        chain.cash = 123.0
        chain.debt += 1_000.0
        assert fresh.state.providers.cash[chain.row] == 123.0
        fresh.state.providers.cash[chain.row] = 7.0
        assert chain.cash == 7.0
        council = fresh.councils[2]
        council.eligibility = 0.5
        assert fresh.state.councils.eligibility.tolist()[2] == 0.5
        fresh.agents_by_type[Council].set("reserves", 10.0)
        assert set(fresh.state.councils.reserves.tolist()) == {10.0}

    def test_what_an_agent_decides_shows_in_the_market(self, fresh):
        other = market()
        for chain in fresh.agents_by_type[Chain]:
            chain.cash = -1e12
        fresh.accounts = None
        fresh.step()
        other.step()
        assert fresh.measure("provider_failures") > other.measure("provider_failures")

    def test_two_models_do_not_share_attributes(self):
        one, other = market(), market(seed=2)
        before = other.councils[0].pool
        one.councils[0].pool = -5.0
        assert other.councils[0].pool == before
        assert one.councils[0].model is one

    def test_values_lists_every_column_of_the_row(self, model):
        council = model.councils[1]
        values = council.values()
        assert values["population"] == council.population
        assert set(values) == set(model.state.councils.columns())
        assert values["fee"].shape == (4,)


class TestCouncils:
    def test_say_what_they_pay_and_who_waits(self, model):
        council = model.councils[0]
        assert council.name == "Ashford"
        assert set(council.fees) == {"residential", "nursing", "younger_adults", "home_care"}
        assert council.fees["home_care"] == pytest.approx(float(model.state.councils.fee[0, 3]))
        table = model.state.councils
        queues = table.waiting + table.waiting_long + table.displaced + table.displaced_long
        assert council.waiting_list == queues[0, ::3].sum()
        assert set(model.state.sites.council[council.sites].tolist()) == {0}
        assert model.state.sites.alive[council.sites].all()


class TestProviders:
    def test_know_their_sites_and_hours(self, model):
        for provider in model.agents.select(agent_type=Provider):
            assert provider.sites.size > 0
            assert provider.fate == "trading"
            assert provider.hours >= 0.0
        total = sum(provider.hours for provider in model.agents.select(agent_type=Provider))
        assert total == pytest.approx(model.frame("sites")["hours"].sum())

    def test_belong_to_a_council(self, model):
        for provider in model.agents.select(agent_type=Provider):
            assert provider.council in model.councils

    def test_home_council_is_that_of_the_largest_site(self, fresh):
        state = fresh.state
        for chain in fresh.agents_by_type[Chain]:
            beds = state.sites.capacity[chain.sites]
            largest = set(state.sites.council[chain.sites[beds == beds.max()]].tolist())
            assert chain.council.row in largest

    def test_special_kinds_say_special_things(self, model):
        chain = next(iter(model.agents_by_type[Chain]))
        assert isinstance(chain.interest_cover, float)
        assert chain.outside_beds >= 0
        service = next(iter(model.agents_by_type[CouncilService]))
        assert service.clients >= 0
        alone = next(iter(model.agents_by_type[Independent]))
        assert alone.months_to_retirement == alone.owner_retires - 6
        micro = next(iter(model.agents_by_type[MicroEnterprise]))
        assert micro.supported is False
        assert 1 <= micro.members <= 5


class TestEnds:
    def ended(self):
        """A market in which one independent is insolvent after its first month."""
        model = market(town_scenario(distress__buyer_base=0.0))
        alone = next(iter(model.agents_by_type[Independent]))
        alone.cash = -1e9
        model.accounts = None
        sites = alone.sites
        model.step()
        return model, alone, sites

    def test_a_failure_takes_the_agent_off_the_list(self):
        model, alone, _ = self.ended()
        assert alone not in model.agents
        assert alone not in model.agents_by_type[Independent]
        assert alone.alive is False
        assert alone.ended == 0
        assert alone.fate == "failed"

    def test_its_row_and_story_stay(self):
        model, alone, sites = self.ended()
        assert model.provider(alone.row) is alone
        assert alone.sites.size == 0
        story = alone.story()
        assert len(story) == 1 + len(sites)
        assert all(sentence.startswith("April 2016: ") and sentence.endswith(".") for sentence in story)
        assert "fails" in story[0]
        assert "closes" in story[1]
        assert alone.council.name in story[1]

    def test_stories_tell_people_and_causes(self):
        model = market(town_scenario(shocks__wage_rise__floor_increase=3.0, shocks__wage_rise__years=1))
        model.run()
        stories = [sentence for row in range(len(model.state.providers)) for sentence in model.provider(row).story()]
        assert len(stories) == len(model.state.ledger)
        assert any(" people" in sentence for sentence in stories)
        assert any("wage floor" in sentence or "pay" in sentence for sentence in stories)
        assert not any("_" in sentence or "  " in sentence for sentence in stories)

    def test_newcomers_are_registered(self):
        model = market(town_scenario(entry__branches_per_year=0.6))
        known = {agent.unique_id for agent in model.agents}
        model.run_for(6)
        new = [agent for agent in model.agents if agent.unique_id not in known]
        assert new
        assert all(agent.opened >= 0 for agent in new)
        assert not {agent.row for agent in new} & set(range(len(known) - 4))

    def test_agents_are_the_living_providers_after_every_month(self):
        model = market(town_scenario(shocks__wage_rise__floor_increase=3.0))
        for _ in range(14):
            model.step()
            rows = {agent.row for agent in model.agents if isinstance(agent, Provider)}
            assert rows == set(np.flatnonzero(model.state.providers.alive).tolist())


class TestSelfFunders:
    def test_are_made_when_somebody_looks(self, model):
        people = model.agents_by_type[SelfFunder]
        assert len(people) == len(model.self_funders) == len(model.state.self_funders)
        assert not any(isinstance(agent, SelfFunder) for agent in model.agents)
        assert people.agg("savings", max) == model.state.self_funders.savings.max()
        ids = people.get("unique_id")
        assert len(set(ids)) == len(ids)

    def test_stay_in_the_sets_made_of_them(self, model):
        rich = model.self_funders.select(lambda person: person.savings > 50_000.0)
        assert len(rich) == (model.state.self_funders.savings > 50_000.0).sum() > 0
        person = next(iter(rich))
        assert model.self_funder(person.unique_id) is person
        assert person in model.agents_by_type[SelfFunder]

    def test_are_live_views_of_their_spell(self):
        model = market()
        spell = int(model.state.self_funders.spell[50])
        person = model.self_funder(spell)
        assert isinstance(person, mesa.Agent)
        before = person.savings
        person.savings = before + 1e7
        assert model.state.self_funders.savings[50] == before + 1e7
        months = person.months_in_care
        for _ in range(5):
            if not person.in_need:
                break
            assert person.months_in_care == months
            assert person.row == int(np.flatnonzero(model.state.self_funders.spell == spell)[0])
            model.step()
            months += 1

    def test_are_not_found_once_their_spell_has_ended(self):
        model = market()
        everyone = [int(spell) for spell in model.state.self_funders.spell]
        people = {spell: model.self_funder(spell) for spell in everyone}
        model.run_for(5)
        still = set(model.state.self_funders.spell.tolist())
        gone = [spell for spell in everyone if spell not in still]
        assert gone
        for spell in gone[:20]:
            assert not people[spell].in_need
            with pytest.raises(LookupError, match=f"self-funder {spell} has ended"):
                _ = people[spell].savings
            with pytest.raises(LookupError):
                model.self_funder(spell)
        for spell in list(still & set(everyone))[:20]:
            assert people[spell].hours > 0.0

    def test_never_was_a_spell_of_that_number(self, model):
        with pytest.raises(LookupError):
            model.self_funder(10_000_000)

    def test_know_who_cares_for_them(self, model):
        people = model.self_funders
        placed = [person for person in people if person.site >= 0]
        assert len(placed) > 0.9 * len(people)
        for person in placed[:30]:
            assert person.provider.alive
            assert person.care_type == model.frame("self_funders").set_index("spell").loc[person.unique_id, "care_type"]
        waiting = [person for person in people if person.site < 0]
        assert all(person.provider is None for person in waiting)

    def test_an_unknown_class_is_a_key_error(self, model):
        with pytest.raises(KeyError):
            model.agents_by_type[int]


class TestDataCollection:
    def test_the_datacollector_has_a_row_a_month(self, model):
        frame = model.datacollector.get_model_vars_dataframe()
        assert len(frame) == 6
        assert set(HEADLINE) <= set(frame.columns)
        months = model.results().tables["months"]
        for name in frame.columns:
            assert frame[name].tolist() == pytest.approx(months[name].tolist()), name

    def test_mesas_own_names_are_there(self, model):
        assert model.running is True
        assert model.time == 6
        assert model.random is not None

    def test_a_model_pickles_with_its_agents(self, model):
        twin = pickle.loads(pickle.dumps(model))
        assert len(twin.agents) == len(model.agents)
        assert {agent.unique_id for agent in twin.agents} == {agent.unique_id for agent in model.agents}
        assert all(agent.model is twin for agent in twin.agents)


class TestConstruction:
    def test_a_path_and_dotted_names_will_do(self, tmp_path):
        path = tmp_path / "towns.toml"
        path.write_text(f'region = "{FOUR_TOWNS.as_posix()}"\nstart = "2016-04"\nmonths = 3\n', encoding="utf-8")
        model = CareMarket(path, rng=4, **{"labour.turnover_per_year": 0.35, "shocks.funding_cut.real_change": -0.2})
        assert model.scenario.labour.turnover_per_year == 0.35
        assert model.scenario.shocks["funding_cut"].real_change == -0.2
        assert model.seed_of_run == 4
        assert CareMarket(str(path), rng=np.int64(4)).scenario.months == 3

    def test_the_scenario_of_a_model_is_frozen(self, model):
        assert model.scenario.months == 24
        with pytest.raises(TypeError):
            model.scenario.shocks["funding_cut"] = None

    def test_a_misspelt_name_is_refused(self):
        with pytest.raises(ScenarioError, match="turnover_per_year"):
            CareMarket(four_towns(), **{"labour.turnover_per_yaer": 0.3})


class TestBatchRun:
    """Mesa's own batch runner, while it exists."""

    def test_runs_seeds_and_parameters(self):
        rows = mesa.batch_run(
            CareMarket,
            parameters={
                "scenario": [four_towns()],
                "months": [3],
                "shocks.wage_rise.floor_increase": [0.0, 2.0],
            },
            rng=[1, 2],
            max_steps=10,
            number_processes=1,
            data_collection_period=-1,
            display_progress=False,
        )
        assert len(rows) == 4
        found = {(row["shocks.wage_rise.floor_increase"], row["rng"]): row for row in rows}
        assert set(found) == {(0.0, 1), (0.0, 2), (2.0, 1), (2.0, 2)}
        for (rise, seed), row in found.items():
            scenario = four_towns().with_values({"months": 3, "shocks.wage_rise.floor_increase": rise})
            direct = CareMarket(scenario, rng=seed)
            direct.run()
            for name in HEADLINE:
                assert row[name] == pytest.approx(direct.measure(name)), (rise, seed, name)

    def test_takes_the_name_of_a_scenario_file(self, tmp_path):
        path = tmp_path / "towns.toml"
        path.write_text(f'region = "{FOUR_TOWNS.as_posix()}"\nstart = "2016-04"\nmonths = 2\n', encoding="utf-8")
        rows = mesa.batch_run(
            CareMarket, parameters={"scenario": str(path)}, rng=[5], number_processes=1, display_progress=False
        )
        assert rows[-1]["need_hours"] > 0
        assert rows[-1]["rng"] == 5


def test_micro_enterprises_carry_the_code_of_their_class():
    assert PROVIDER_CLASSES[MICRO_ENTERPRISE] is MicroEnterprise
