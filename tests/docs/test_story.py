"""The story of a provider: who is chosen, what its months show, and that the page tells what the command tells."""

import pytest

from docs import generate, story
from docs.story import Played
from tests.docs.documents import text_of

MONTHS = 15


@pytest.fixture(scope="module")
def played() -> Played:
    """A squeezed market over fifteen months, watched."""
    return story.play("west-midlands-2016", seed=2, months=MONTHS)


def test_every_month_is_kept_and_the_one_before_the_first(played):
    assert len(played.sites) == len(played.providers) == len(played.councils) == MONTHS + 1
    assert played.market.month == MONTHS


def test_watching_changes_nothing(played):
    from resilience.model import CareMarket

    alone = CareMarket("west-midlands-2016", rng=2, months=MONTHS)
    alone.run_for(MONTHS)
    assert alone.results().headline == played.market.results().headline


def test_the_chosen_one_ended_for_want_of_money_and_was_the_largest_of_them(played):
    row = story.choose(played)
    provider = played.market.provider(row)
    assert provider.kind == "independent"
    assert provider.fate in ("failed", "closed")
    events = played.market.results().tables["events"]
    closed = events[(events["kind"] == "site_closure") & events["reason"].isin(story._FOR_MONEY)]
    assert f"P{row}" in set(closed["provider"])
    start = played.sites[0]
    older = start[start["care_type"].isin(["residential", "nursing"]) & (start["kind"] == "independent")]
    one_home = older[~older["provider"].isin(start[start["provider"].duplicated()]["provider"])].set_index("provider")
    others = [int(name[1:]) for name in closed["provider"] if int(name[1:]) in one_home.index]
    assert one_home.loc[row, "people"] == one_home.loc[others, "people"].max()


def test_the_story_says_who_when_and_why(played):
    row = story.choose(played)
    provider = played.market.provider(row)
    text = story.tell(played, row)
    assert text.startswith(f"**{provider.name}** (independent), scenario `west-midlands-2016`, seed 2, version ")
    for sentence in provider.story():
        assert f"- {sentence}" in text
    assert f"At the end of the run it is: {provider.fate}." in text


def test_a_months_row_is_what_the_frames_show(played):
    row = story.choose(played)
    cells = dict(zip(story._HEADS, story._line(played, row, 0), strict=True))
    mine = played.sites[0][played.sites[0]["provider"] == row]
    assert cells["month"] == "start"
    assert cells["people"] == str(mine["people"].sum())
    assert int(cells["people"]) == sum(int(cells[name]) for name in ("council", "self-funders", "NHS"))
    assert cells["places"] == f"{mine['beds'].sum():,.0f}"
    assert float(cells["posts"]) >= float(cells["staff"])


def test_no_month_after_the_end_is_shown(played):
    row = story.choose(played)
    ended = int(played.market.state.providers.ended[row])
    shown = story._months_shown(played, row)
    assert shown[0] == 0
    assert shown[-1] == ended  # the month before the one at whose end it was gone
    assert shown == sorted(set(shown))


def test_the_account_of_causes_adds_up_to_the_change(played):
    text = story.tell(played, story.choose(played))
    assert "surplus per care hour" in text
    rows = [
        line.strip("| ").split(" | ") for line in text.split("| cause | GBP an hour |\n|---|---|\n")[1].splitlines()
    ]
    *parts, (what, change) = rows
    assert what == "change in surplus per care hour"
    assert sum(float(amount) for _, amount in parts) == pytest.approx(float(change), abs=0.05)


def test_a_provider_without_events_has_a_story_too(played):
    providers = played.market.results().tables["providers"]
    told = set(played.market.results().tables["events"]["provider"])
    quiet = next(name for name in providers["provider"] if name not in told)
    text = story.tell(played, int(quiet[1:]))
    assert "- Nothing that the ledger keeps." in text
    assert text.endswith("At the end of the run it is: trading.")


def test_home_care_is_told_in_hours(played):
    start = played.sites[0]
    at_home = start[(start["setting"] == "home_care") & (start["kind"] == "chain")]
    text = story.tell(played, int(at_home["provider"].iloc[0]))
    assert " hours | " in text
    assert "home-care branch" in text


@pytest.mark.parametrize(("amount", "written"), [(3.5, "£3.50"), (-0.25, "-£0.25"), (0.0, "£0.00")])
def test_pounds_have_their_sign_in_front(amount, written):
    assert story._pounds(amount) == written


def test_a_wrong_name_is_told(capsys):
    with pytest.raises(SystemExit) as caught:
        story.main_text(["west-midlands-2016", "--months", "1", "--provider", "X9"])
    assert caught.value.code == 2
    assert "no provider 'X9'" in capsys.readouterr().err


def test_the_page_tells_what_the_command_tells():
    assert generate.stale_parts(text_of("story.md")) == [], "docs/story.md is stale: run python -m docs.generate"
