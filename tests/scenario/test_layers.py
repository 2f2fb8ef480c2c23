import numpy as np

from resilience.scenario.layers import Layer, Origin, lay_over, layer_of, plain
from resilience.shocks.wage_rise import WageRise
from tests.scenario.tiny import Tiny, tiny

BASE, TOP = Origin("base.toml", 1), Origin("top.toml", 1)


def layer(origin: Origin, **values: object) -> Layer:
    return layer_of(values, origin)


def test_tables_are_merged_key_by_key_and_anything_else_replaced() -> None:
    base = layer(BASE, months=12, tiny={"a": 1, "b": [1, 2], "path": {"2015": 1.0, "2016": 2.0}})
    top = layer(TOP, tiny={"b": [3], "path": {"2016": 5.0}}, region="england")
    assert lay_over(base, top).values == {
        "months": 12,
        "region": "england",
        "tiny": {"a": 1, "b": [3], "path": {"2015": 1.0, "2016": 5.0}},
    }


def test_every_setting_remembers_its_origin() -> None:
    base = Layer(
        {"tiny": {"a": 1, "b": 2}}, {("tiny",): BASE, ("tiny", "a"): BASE, ("tiny", "b"): BASE}, Origin("base.toml")
    )
    top = Layer({"tiny": {"b": 3}}, {("tiny",): TOP, ("tiny", "b"): Origin("top.toml", 7)}, Origin("top.toml"))
    merged = lay_over(base, top)
    assert merged.place(("tiny", "a")) == BASE
    assert merged.place(("tiny", "b")) == Origin("top.toml", 7)
    assert merged.place(("tiny", "b", "deeper")) == Origin("top.toml", 7)
    assert merged.place(("elsewhere",)) == Origin("top.toml")


def test_neither_layer_is_changed() -> None:
    base, top = layer(BASE, tiny={"a": 1}), layer(TOP, tiny={"b": 2})
    lay_over(base, top)
    assert base.values == {"tiny": {"a": 1}}
    assert top.values == {"tiny": {"b": 2}}
    assert set(base.origins) == {("tiny",)}


def test_a_table_over_a_value_forgets_where_the_value_came_from() -> None:
    base = Layer({"tiny": {"a": {"x": 1}}}, {("tiny", "a"): BASE, ("tiny", "a", "x"): BASE}, Origin("base.toml"))
    merged = lay_over(base, layer_of({"tiny.a": 3}, TOP))
    assert merged.values == {"tiny": {"a": 3}}
    assert merged.place(("tiny", "a", "x")) == TOP


class TestComponents:
    def test_the_same_kind_is_merged(self) -> None:
        base = layer(BASE, shocks={"wage_rise": {"floor_increase": 2.0, "years": 3}})
        top = layer(TOP, shocks={"wage_rise": {"kind": "wage_rise", "years": 1}})
        assert lay_over(base, top).values["shocks"]["wage_rise"] == {
            "kind": "wage_rise",
            "floor_increase": 2.0,
            "years": 1,
        }

    def test_another_kind_replaces(self) -> None:
        base = layer(BASE, shocks={"first": {"kind": "wage_rise", "floor_increase": 2.0}})
        top = layer(TOP, shocks={"first": {"kind": "funding_cut"}})
        assert lay_over(base, top).values["shocks"]["first"] == {"kind": "funding_cut"}

    def test_false_takes_away_and_true_leaves_or_adds(self) -> None:
        base = layer(BASE, shocks={"wage_rise": {"floor_increase": 2.0}, "funding_cut": {}})
        top = layer(TOP, shocks={"wage_rise": True, "funding_cut": False}, policies={"catalyst": True})
        merged = lay_over(base, top).values
        assert merged == {
            "shocks": {"wage_rise": {"floor_increase": 2.0}, "funding_cut": False},
            "policies": {"catalyst": True},
        }
        scenario = tiny(**merged)
        assert list(scenario.shocks) == ["wage_rise"]
        assert scenario.shocks["wage_rise"] == WageRise(floor_increase=2.0)
        assert list(scenario.policies) == ["catalyst"]

    def test_true_again_switches_on_what_a_layer_between_switched_off(self) -> None:
        off = lay_over(layer(BASE, shocks={"wage_rise": {}}), layer(TOP, shocks={"wage_rise": False}))
        on = lay_over(off, layer(TOP, shocks={"wage_rise": {"years": 2}}))
        assert on.values == {"shocks": {"wage_rise": {"years": 2}}}


class TestPlain:
    def test_sections_become_tables_and_numpy_scalars_numbers(self) -> None:
        table = plain({"tiny": Tiny(bed_count=7), 2016: np.float64(7.5), "n": np.int64(3), "yes": np.bool_(True)})
        assert table["tiny"]["bed_count"] == 7
        assert table["tiny"]["pay_floor"] == {"2015": 6.7, "2016": 7.2}
        assert table["2016"] == 7.5
        assert [type(table[name]) for name in ("2016", "n", "yes")] == [float, int, bool]

    def test_a_component_says_its_kind_and_leaves_out_an_absent_start(self) -> None:
        assert plain(WageRise(floor_increase=2.0))["kind"] == "wage_rise"
        assert "start" not in plain(WageRise())
        assert plain(WageRise(start="2016-05"))["start"] == "2016-05"

    def test_lists_are_kept(self) -> None:
        assert plain((1, [Tiny().bed_count, {3: None}])) == [1, [40, {"3": None}]]
