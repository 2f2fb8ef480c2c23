"""Tables of columns: rows are added and kept, attributes see the live part, agents read and write their own row."""

import copy
import pickle
from typing import Annotated

import numpy as np
import pytest

from resilience.state.columns import Cell, Flags, Floats, Ints, Keys, Table, Unit
from resilience.state.tables import Councils, Providers, SelfFunders, Sites


class Beds(Table):
    key: Annotated[Keys, Unit("", "stable key")]
    beds: Annotated[Ints, Unit("beds", "beds", fill=3)]
    cost: Annotated[Floats, Unit("GBP", "cost")]
    open: Annotated[Flags, Unit("", "is open", fill=True)]
    fees: Annotated[Floats, Unit("GBP", "fee by kind", width=2, fill=1.5)]


class Home:
    beds = Cell()
    fees = Cell()
    open = Cell()

    def __init__(self, table, row):
        self.table, self.row = table, row


def test_a_new_table_holds_the_fill_of_each_column():
    table = Beds(3)
    assert len(table) == 3
    assert table.beds.tolist() == [3, 3, 3]
    assert table.open.all()
    assert table.fees.shape == (3, 2)
    assert (table.fees == 1.5).all()
    assert (table.key.dtype, table.cost.dtype) == (np.uint64, np.float64)


def test_rows_are_added_with_scalars_and_arrays():
    table = Beds()
    rows = table.append(2, beds=[5, 6], cost=7.0, fees=[[1.0, 2.0], [3.0, 4.0]])
    assert (rows.start, rows.stop) == (0, 2)
    assert table.beds.tolist() == [5, 6]
    assert table.cost.tolist() == [7.0, 7.0]
    assert table.fees.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert table.append(1) == slice(2, 3)
    assert table.beds.tolist() == [5, 6, 3]


def test_a_table_grows_without_losing_anything():
    table = Beds()
    for number in range(500):
        table.append(1, beds=number, fees=[number, -number])
    assert table.beds.tolist() == list(range(500))
    assert table.fees[:, 1].tolist() == [-number for number in range(500)]


def test_an_unknown_column_is_refused_by_name():
    with pytest.raises(KeyError, match=r"Beds has no column \['bedz'\]"):
        Beds().append(1, bedz=1)


def test_keeping_rows_keeps_their_order():
    table = Beds()
    table.append(5, beds=np.arange(5), fees=np.arange(10.0).reshape(5, 2))
    table.keep(np.array([True, False, True, True, False]))
    assert len(table) == 3
    assert table.beds.tolist() == [0, 2, 3]
    assert table.fees.tolist() == [[0.0, 1.0], [4.0, 5.0], [6.0, 7.0]]


def test_a_row_added_after_others_went_does_not_inherit_from_them():
    table = Beds()
    table.append(40, beds=np.arange(40), cost=9.0, open=False, fees=8.0)
    table.keep(np.arange(40) < 2)
    table.append(3, beds=1)
    table.append(1)
    assert table.cost.tolist() == [9.0, 9.0, 0.0, 0.0, 0.0, 0.0]
    assert table.open.tolist() == [False, False, True, True, True, True]
    assert table.beds.tolist() == [0, 1, 1, 1, 1, 3]
    assert (table.fees[2:] == 1.5).all()


def test_a_pickled_or_copied_table_is_the_same_and_its_own():
    table = Beds()
    table.append(20, beds=np.arange(20), cost=0.1)
    table.keep(np.arange(20) % 2 == 0)
    for again in (pickle.loads(pickle.dumps(table)), copy.deepcopy(table)):
        assert again.beds.tolist() == table.beds.tolist()
        again.append(30, beds=99)
        again.beds[0] = 77
        assert (len(table), table.beds[0]) == (10, 0)
        assert again.cost[:10].tolist() == [0.1] * 10
        assert again.cost[10:].tolist() == [0.0] * 30


def test_a_cell_reads_and_writes_the_row_of_its_own_table():
    one, two = Beds(2), Beds(2)
    home, other = Home(one, 1), Home(two, 1)
    home.beds = 42
    home.fees = [7.0, 8.0]
    assert (home.beds, type(home.beds)) == (42, int)
    assert one.beds.tolist() == [3, 42]
    assert home.fees.tolist() == [7.0, 8.0]
    assert (other.beds, two.beds.tolist()) == (3, [3, 3])
    assert home.open is True
    assert isinstance(Home.beds, Cell)


def test_a_cell_follows_a_table_that_has_grown():
    table = Beds(1)
    home = Home(table, 0)
    table.append(1_000)
    home.beds = 8
    assert table.beds[0] == 8


@pytest.mark.parametrize("table", [Sites, Providers, Councils, SelfFunders])
def test_every_column_says_its_meaning(table):
    columns = table.columns()
    assert len(columns) > 10
    for name, unit in columns.items():
        assert unit.meaning.strip(), name
        assert not unit.meaning.endswith(".")
        filled = getattr(table(1), name)
        assert filled.shape == ((1,) if unit.width == 1 else (1, unit.width))


def test_a_self_funder_without_a_place_and_a_site_that_is_open_are_the_fills():
    assert SelfFunders(1).site.tolist() == [-1]
    assert Sites(1).closed.tolist() == [-1]
    assert Providers(1).ended.tolist() == [-1]
    assert Providers(1).cause.tolist() == [-1]
