"""The tables of a stress test: providers, councils and sets, each ranked; one row one finding."""

from typing import Any

import numpy as np
import pandas as pd

from resilience.measures.stress_columns import DAYS
from resilience.state.codes import CARE_TYPES, KINDS, WEEKS_PER_MONTH
from resilience.stress.nminus import FOLLOWED, StressResult, lost
from resilience.stress.play import Effect
from resilience.stress.recovery import Recovery, recovery
from resilience.stress.standing import mending

HIT_FROM = 100.0
"""Hours lost in three months from which a council counts as hit."""


def provider_table(result: StressResult) -> pd.DataFrame:
    """Return a row per provider tested, the one whose failure loses most hours first."""
    rows = [_provider_row(result, rank, row) for rank, row in enumerate(result.ranking, start=1)]
    return pd.DataFrame(rows)


def _provider_row(result: StressResult, rank: int, row: int) -> dict[str, Any]:
    state, found = result.market.state, result.standing
    s, p = state.sites, state.providers
    mine = s.alive & (s.provider == row)
    effects = result.singles[row]
    cell = int(found.worst[row])
    mend = mending(state, found.cells, cell)
    return {
        "rank": rank,
        "provider": f"P{row}",
        "provider_name": state.provider_names[row],
        "kind": KINDS[int(p.kind[row])],
        "council": state.council_names[int(p.home_council[row])],
        "sites": int(mine.sum()),
        "councils": int(np.unique(s.council[mine]).size),
        **_effect_columns(result, effects, result.long.get(row)),
        "statutory": bool(found.statutory[row]),
        "replacement_gap": float(found.gap[row]),
        "regional_gap": result.room.gap([row]),
        "room_used": float(found.room_used[row]),
        "below_the_line": bool(found.below_the_line()[row]),
        "gap_council": state.council_names[int(found.cells.council[cell])],
        "gap_care_type": CARE_TYPES[int(found.cells.care_type[cell])],
        "places_to_mend": mend.places,
        "empty_places": mend.empty,
        "mend_by": mend.by,
    }


def _effect_columns(result: StressResult, effects: list[Effect], long: list[Effect] | None = None) -> dict[str, Any]:
    """Return what one failure (or set) did, the mean over continuations; recovery from the longest that was played."""
    followed = effects if long is None else long
    recoveries = [course_of(result, effect) for effect in followed]
    by_council = np.mean([effect.lost[:FOLLOWED].sum(axis=0) for effect in effects], axis=0)
    weeks = [found.weeks for found in recoveries]
    return {
        "hours_interrupted": float(np.mean([effect.interrupted.sum() for effect in effects])),
        "people_affected": float(np.mean([effect.people for effect in effects])),
        **{
            f"replaced_{days}_days": float(np.mean([found.replaced_after(days) for found in recoveries]))
            for days in DAYS
        },
        "hours_lost": lost(effects),
        "unmet_hours_caused": float(np.mean([effect.unmet[:FOLLOWED].sum() for effect in effects])),
        "weeks_to_recover": float(np.mean(weeks)),
        "months_followed": followed[0].stop.months,
        "councils_hit": int((by_council >= HIT_FROM).sum()),
        "second_round_failures": float(np.mean([effect.failures for effect in followed])),
        "failures_averted": float(np.mean([effect.averted for effect in followed])),
    }


def course_of(result: StressResult, effect: Effect) -> Recovery:
    """Return how the interrupted hours of an effect are re-placed."""
    p = result.order.scenario.reprovision
    lag = np.array([p.lag_days_care_home] * 3 + [p.lag_days_home_care])
    leave = result.market.state.coefficients.leave_settled
    return recovery(effect.interrupted.sum(axis=0), effect.waiting, lag, leave)


def council_table(result: StressResult) -> pd.DataFrame:
    """Return a row per council: whose failure loses most hours there, and what would mend its worst gap."""
    state, found = result.market.state, result.standing
    lost_by = np.array(
        [np.mean([e.lost[:FOLLOWED].sum(axis=0) for e in result.singles[row]], axis=0) for row in result.ranking]
    ).reshape(len(result.ranking), state.n_councils)
    need = _need_of_three_months(result)
    rows = []
    for council in range(state.n_councils):
        column = lost_by[:, council]
        worst = result.ranking[int(column.argmax())] if column.size else -1
        gap_cell = _hardest_cell(result, council)
        mend = mending(state, found.cells, gap_cell) if gap_cell >= 0 else None
        hours = float(column.max(initial=0.0))
        rows.append(
            {
                "council": state.council_names[council],
                "worst_provider": f"P{worst}" if worst >= 0 else "",
                "worst_provider_name": state.provider_names[worst] if worst >= 0 else "",
                "statutory": bool(found.statutory[worst]) if worst >= 0 else False,
                "hours_lost": hours,
                "share_of_need": hours / max(float(need[council]), 1e-9),
                "providers_that_hit": int((column >= HIT_FROM).sum()),
                "replacement_gap": float(found.cells.gap[gap_cell]) if gap_cell >= 0 else 0.0,
                "gap_provider": f"P{int(found.cells.provider[gap_cell])}" if gap_cell >= 0 else "",
                "gap_care_type": CARE_TYPES[int(found.cells.care_type[gap_cell])] if gap_cell >= 0 else "",
                "places_to_mend": mend.places if mend else 0,
                "empty_places": mend.empty if mend else 0,
                "mend_by": mend.by if mend else "",
            }
        )
    frame = pd.DataFrame(rows).sort_values(["share_of_need", "council"], ascending=[False, True], ignore_index=True)
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    return frame


def _hardest_cell(result: StressResult, council: int) -> int:
    """Return the cell of a tested provider with the largest gap in a council, or needing most room; -1: none."""
    cells = result.standing.cells
    here = np.flatnonzero((cells.council == council) & np.isin(cells.provider, result.tested))
    if here.size == 0:
        return -1
    used = cells.hours[here] / np.maximum(cells.others[here], 1e-9)
    return int(here[np.lexsort((used, cells.gap[here]))[-1]])


def _need_of_three_months(result: StressResult) -> np.ndarray:
    """Return each council's assessed need in three months at the saved month's rate, hours."""
    return np.asarray(result.market.state.flows.need.sum(axis=(1, 2)) * WEEKS_PER_MONTH * FOLLOWED)


def set_table(result: StressResult) -> pd.DataFrame:
    """Return a row per set of providers that fail together: greedy sets by size, then pairs, worst first."""
    names = result.market.state.provider_names
    rows = []
    ordered = sorted(result.sets, key=lambda found: (found.method, len(found.effects[0].stop.providers), -found.lost))
    for found in ordered:
        members = found.effects[0].stop.providers
        alone = sum(lost(result.singles[row]) for row in members)
        rows.append(
            {
                "method": found.method,
                "size": len(members),
                "members": " ".join(f"P{row}" for row in members),
                "member_names": "; ".join(names[row] for row in members),
                **_effect_columns(result, found.effects),
                "regional_gap": result.room.gap(members),
                "hours_lost_singly": alone,
                "hours_lost_jointly": found.lost - alone,
                "statutory": bool(result.standing.statutory[list(members)].any()),
            }
        )
    return pd.DataFrame(rows)
