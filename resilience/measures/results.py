"""From recorded arrays to tables: the headline of one run, months, councils, providers and events."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.measures.catalogue import MEASURES, Measure
from resilience.measures.recorder import ACCOUNT, COUNCIL_COLUMNS, Recorder
from resilience.measures.texts import numbered, texts, words
from resilience.state.codes import CARE_TYPES, CAUSES, FATES, HOME_CARE, KINDS, PAYERS, SETTING_OF_TYPE, SETTINGS
from resilience.state.columns import Flags, Floats
from resilience.state.ledger import EVENT_COLUMNS, EVENT_KINDS
from resilience.state.market_state import MarketState

_COLUMN = {name: index for index, name in enumerate(COUNCIL_COLUMNS)}


@dataclass(frozen=True, slots=True)
class Results:
    """The results of one run: every measure as one number, and the tables by name."""

    headline: dict[str, float]
    tables: dict[str, pd.DataFrame]


def results_of(state: MarketState, recorder: Recorder) -> Results:
    """Return the results of the months done so far."""
    months = recorder.months_done
    dates = pd.to_datetime([state.scenario.month_date(month) for month in range(months)])
    region = region_matrix(recorder)
    return Results(
        headline=headline(region),
        tables={
            "months": _months(region, dates),
            "councils": _councils(state, recorder, dates),
            "councils_by": _councils_by(state, recorder, dates),
            "providers": _providers(state),
            "events": events(state),
        },
    )


def region_matrix(recorder: Recorder) -> Floats:
    """Return the region's measures by month: sums over councils, or weighted means where a measure says so."""
    data = recorder.by_council[: recorder.months_done]
    region = data.sum(axis=1)
    for name, measure in MEASURES.items():
        if measure.over_place != "sum":
            region[:, _COLUMN[name]] = _mean_over_councils(data, measure)
    return region


def _mean_over_councils(data: Floats, measure: Measure) -> Floats:
    values = data[:, :, _COLUMN[measure.name]]
    if measure.over_place == "mean":
        return np.asarray(values.mean(axis=1))
    weights = data[:, :, _COLUMN[measure.over_place]]
    return np.asarray((values * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9))


def region_value(recorder: Recorder, month: int, name: str) -> float:
    """Return one measure of the region in one month."""
    data = recorder.by_council[month : month + 1]
    measure = MEASURES[name]
    if measure.over_place == "sum":
        return float(data[0, :, _COLUMN[name]].sum())
    return float(_mean_over_councils(data, measure)[0])


def headline(region: Floats) -> dict[str, float]:
    """Return each measure over the whole run: sum, mean, last or greatest month as it is declared."""
    if len(region) == 0:
        return dict.fromkeys(COUNCIL_COLUMNS, 0.0)
    over_time = {"sum": region.sum(axis=0), "mean": region.mean(axis=0), "last": region[-1], "max": region.max(axis=0)}
    return {name: float(over_time[MEASURES[name].over_time][index]) for name, index in _COLUMN.items()}


def _months(region: Floats, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return every measure of the region by month."""
    frame = pd.DataFrame(region, columns=list(COUNCIL_COLUMNS))
    frame.insert(0, "month", dates)
    return frame


def _councils(state: MarketState, recorder: Recorder, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return council x month with every measure."""
    data = recorder.by_council[: recorder.months_done]
    n = state.n_councils
    frame = pd.DataFrame(data.reshape(-1, len(COUNCIL_COLUMNS)), columns=list(COUNCIL_COLUMNS))
    frame.insert(0, "month", np.repeat(dates, n))
    frame.insert(1, "council", words(np.tile(np.arange(n), recorder.months_done), state.council_names))
    return frame


def _councils_by(state: MarketState, recorder: Recorder, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return council x month x setting x payer with the account of hours."""
    data = recorder.account[: recorder.months_done]
    months, n, settings, payers, _ = data.shape
    frame = pd.DataFrame(data.reshape(-1, len(ACCOUNT)), columns=list(ACCOUNT))
    frame.insert(0, "month", np.repeat(dates, n * settings * payers))
    cell = np.tile(np.arange(n * settings * payers), months)
    frame.insert(1, "council", words(cell // (settings * payers), state.council_names))
    frame.insert(2, "setting", words(cell // payers % settings, SETTINGS))
    frame.insert(3, "payer", words(cell % payers, PAYERS))
    return frame


def _dates(state: MarketState, months: np.ndarray) -> pd.Series:
    """Return months of the run as dates; empty for negative ones."""
    first = np.datetime64(state.scenario.month_date(0), "M")
    dates = (first + np.asarray(months, dtype=np.int64)).astype("datetime64[ns]")
    return pd.Series(np.where(np.asarray(months) >= 0, dates, np.datetime64("NaT", "ns")))


def _providers(state: MarketState) -> pd.DataFrame:
    """Return every provider with its size, fate, cause, statutory flag and replacement gap."""
    from resilience.market.sites import hours_due

    s, p = state.sites, state.providers
    n = len(p)
    living = s.alive
    home = living & (s.care_type != HOME_CARE)
    hours = np.bincount(s.provider[living], weights=hours_due(state)[living], minlength=n)
    councils = np.unique(s.provider[living] * state.n_councils + s.council[living]) // state.n_councils
    return pd.DataFrame(
        {
            "provider": numbered("P", np.arange(n)),
            "provider_name": texts(state.provider_names),
            "kind": words(p.kind, KINDS),
            "setting": words(_mostly_at_home(state).astype(np.int64), SETTINGS),
            "council": words(p.home_council, state.council_names),
            "sites": np.bincount(s.provider[living], minlength=n),
            "councils": np.bincount(councils, minlength=n),
            "beds": np.bincount(s.provider[home], weights=s.capacity[home], minlength=n).astype(np.int64),
            "outside_beds": p.outside_beds.astype(np.int64),
            "hours_per_week": np.where(p.alive, hours, p.last_hours),
            "fate": words(p.fate, FATES),
            "fate_month": _dates(state, p.ended),
            "cause": words(p.cause, CAUSES),
            "statutory": p.statutory,
            "replacement_gap": p.gap,
            "opened": _dates(state, p.opened),
            "cash": p.cash,
            "debt": p.debt,
        }
    )


def _mostly_at_home(state: MarketState) -> Flags:
    """Return the providers more than half of whose sites give care at home, sites that they closed or sold included."""
    s, n = state.sites, len(state.providers)
    sold = [event[1:] for event in state.ledger.since(0, ("kind", "provider", "care_type")) if event[0] == "site_sale"]
    seller, sold_type = np.array(sold, dtype=np.int64).reshape(-1, 2).T
    owner, kind = np.concatenate([s.provider, seller]), np.concatenate([s.care_type, sold_type])
    at_home = np.bincount(owner, weights=kind == HOME_CARE, minlength=n)
    return np.asarray(at_home > 0.5 * np.bincount(owner, minlength=n))


def events(state: MarketState) -> pd.DataFrame:
    """Return the ledger as a table, names in words."""
    ledger = state.ledger
    if not len(ledger):
        return pd.DataFrame(ledger.columns())
    of_texts = {
        "kind": words(ledger.numbers("kind"), EVENT_KINDS),
        "reason": texts(ledger.reasons),
        "channel": texts(ledger.channels),
    }
    told = {name: of_texts[name] if name in of_texts else ledger.numbers(name) for name in EVENT_COLUMNS}
    owner, care_type = told["provider"], told["care_type"]
    kind = np.where(owner >= 0, state.providers.kind[owner], -1)
    names = [*state.provider_names, ""]
    return pd.DataFrame(
        told
        | {
            "month": _dates(state, told["month"]),
            "provider": numbered("P", owner),
            "site": numbered("S", told["site"]),
            "council": words(told["council"], state.council_names),
            "care_type": words(care_type, CARE_TYPES),
            "linked_provider": numbered("P", told["linked_provider"]),
            "setting": words(np.where(care_type >= 0, np.asarray(SETTING_OF_TYPE)[care_type], -1), SETTINGS),
            "provider_kind": words(kind, KINDS),
            "provider_name": texts([names[row] for row in owner.tolist()]),
        }
    )
