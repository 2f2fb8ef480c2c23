"""The state now as pandas frames, in words: what a user looks at."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from resilience.market import sites as at
from resilience.state.codes import CARE_TYPES, FATES, HOME_CARE, KINDS, RATINGS, SECTORS, SETTING_OF_TYPE, SETTINGS
from resilience.state.market_state import MarketState


def frame(state: MarketState, table: str) -> pd.DataFrame:
    """Return one of the four tables as a frame; raises KeyError naming the known ones."""
    if table not in _FRAMES:
        raise KeyError(f"no table {table!r}; known: {', '.join(_FRAMES)}")
    found = _FRAMES[table](state)
    # Columns of the state are as narrow as their numbers; whoever works on with a frame need not know that.
    return found.astype(dict.fromkeys(found.select_dtypes(np.signedinteger), np.int64))


def words(codes: Any, names: tuple[str, ...]) -> np.ndarray:
    """Return the names of codes; an empty string for -1."""
    return np.array([*names, ""], dtype=object)[np.asarray(codes)]


def _sites(state: MarketState) -> pd.DataFrame:
    """Living sites: capacity is beds in a home, hours a week in home care."""
    s = state.sites
    rows = np.flatnonzero(s.alive)
    at_home = s.care_type[rows] == HOME_CARE
    per_person = at.hours_per_person(state)[rows]
    return pd.DataFrame(
        {
            "site": rows,
            "provider": s.provider[rows],
            "kind": words(state.providers.kind[s.provider[rows]], KINDS),
            "council": words(s.council[rows], tuple(state.council_names)),
            "setting": words(np.asarray(SETTING_OF_TYPE)[s.care_type[rows]], SETTINGS),
            "care_type": words(s.care_type[rows], CARE_TYPES),
            "nursing": s.care_type[rows] == 1,
            "capacity": np.where(at_home, s.capacity[rows] * per_person, s.capacity[rows]),
            "beds": np.where(at_home, 0, s.capacity[rows]),
            "people": at.people(state)[rows],
            "people_council": at.council_people(state)[rows],
            "people_self_funder": s.self_funders[rows],
            "people_nhs": at.nhs_people(state)[rows],
            "hours": at.hours_due(state)[rows],
            "staffed_room": at.staffed_room(state)[rows],
            "staff": s.staff[rows],
            "posts": s.posts[rows],
            "pay": s.pay[rows],
            "price": s.price[rows],
            "quality": s.quality[rows],
            "rating": words(s.rating[rows], RATINGS),
            "takes_council": s.takes_council[rows],
            "revenue": s.revenue[rows],
            "surplus": s.surplus[rows],
            "rent": s.rent[rows],
            "age_months": state.month - s.opened[rows],
        }
    )


def _providers(state: MarketState) -> pd.DataFrame:
    """Every provider, living or gone."""
    s, p = state.sites, state.providers
    n = len(p)
    living = s.alive
    home = living & (s.care_type != HOME_CARE)
    return pd.DataFrame(
        {
            "provider": np.arange(n),
            "provider_name": state.provider_names,
            "kind": words(p.kind, KINDS),
            "sector": words(p.sector, SECTORS),
            "alive": p.alive,
            "fate": words(p.fate, FATES),
            "sites": np.bincount(s.provider[living], minlength=n),
            "beds": np.bincount(s.provider[home], weights=s.capacity[home], minlength=n).astype(np.int64),
            "hours": np.bincount(s.provider[living], weights=at.hours_due(state)[living], minlength=n),
            "cash": p.cash,
            "debt": p.debt,
            "revenue": p.revenue,
            "surplus": p.surplus,
            "statutory": p.statutory,
            "replacement_gap": p.gap,
            "outside_beds": p.outside_beds,
            "outside_homes": p.outside_homes,
            "outside_hours": p.outside_hours,
            "home_council": words(p.home_council, tuple(state.council_names)),
        }
    )


def _councils(state: MarketState) -> pd.DataFrame:
    """Councils with their fees, budgets, eligibility and queues."""
    councils = state.councils
    queues = councils.waiting + councils.waiting_long
    return pd.DataFrame(
        {
            "council": state.council_names,
            "population": councils.population,
            "budget": councils.budget,
            "reserves": councils.reserves,
            "eligibility": councils.eligibility,
            **{f"fee_{name}": councils.fee[:, code] for code, name in enumerate(CARE_TYPES)},
            "waiting": queues.sum(axis=1),
            "displaced": (councils.displaced + councils.displaced_long).sum(axis=1),
            "rationed": councils.rationed.sum(axis=1),
            "self_funder_share": councils.self_funder_share,
            "pool": councils.pool,
        }
    )


def _self_funders(state: MarketState) -> pd.DataFrame:
    """Self-funders in care or waiting."""
    f = state.self_funders
    return pd.DataFrame(
        {
            "spell": f.spell,
            "council": words(f.council, tuple(state.council_names)),
            "care_type": words(f.care_type, CARE_TYPES),
            "setting": words(np.asarray(SETTING_OF_TYPE)[f.care_type], SETTINGS),
            "site": f.site,
            "hours": f.hours,
            "months_in_care": f.months_in_care,
            "savings": f.savings,
            "income": f.income,
            "price_class": f.price_class,
            "displaced": f.displaced,
        }
    )


_FRAMES: dict[str, Callable[[MarketState], pd.DataFrame]] = {
    "sites": _sites,
    "providers": _providers,
    "councils": _councils,
    "self_funders": _self_funders,
}
