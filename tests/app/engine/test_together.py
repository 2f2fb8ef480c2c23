"""Groups: as large as leave every worker one, smaller among others, and always with the same members."""

import pytest

from resilience.app.engine.together import AMONG_OTHERS, MOST_TOGETHER, end_of_group, size_of_group

QUICK = 0.8


def groups(replicates, size):
    """The numbers of each group, of replicates counted from 1."""
    found, number = [], 2
    while number <= replicates:
        end = min(end_of_group(number, size), replicates + 1)
        found.append(list(range(number, end)))
        number = end
    return found


def test_twenty_runs_on_two_workers_are_the_first_alone_and_two_groups():
    size = size_of_group(20, 2, others_wait=False, seconds_a_run=QUICK)
    assert [len(group) for group in groups(20, size)] == [11, 8]


@pytest.mark.parametrize(
    ("replicates", "workers", "others_wait", "seconds", "size"),
    [
        (20, 4, False, QUICK, 6),
        (20, 1, False, 0.5, MOST_TOGETHER),
        (20, 2, True, QUICK, AMONG_OTHERS),
        (20, 2, False, 1.2, 11),
        (20, 2, False, 1.45, 11),
        (20, 2, False, 3.5, 4),
        (20, 2, True, 4.5, 4),
        (20, 2, True, 7.0, 2),
        (20, 2, False, 30.0, 1),
        (2, 2, False, QUICK, 2),
        (20, 2, False, 0.0, 11),
    ],
)
def test_the_size_of_a_group(replicates, workers, others_wait, seconds, size):
    assert size_of_group(replicates, workers, others_wait=others_wait, seconds_a_run=seconds) == size


def test_a_group_has_the_same_members_whichever_is_asked_for_first():
    for group in groups(23, 5):
        assert {end_of_group(number, 5) for number in group} == {group[0] + 5}
    assert groups(4, 1) == [[2], [3], [4]]
