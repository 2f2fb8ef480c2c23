"""A small market whose measures can be worked out by hand; it lives in a module because workers import it by name."""

import datetime
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from resilience.region.errors import RegionError
from resilience.scenario import Scenario

CHEAP = {"region": "west-midlands", "start": "2025-04", "months": 12}


def scenario(name: str = "squeeze", **values: object) -> Scenario:
    """A valid scenario of 12 months; dotted names have underscores twice (labour__...)."""
    plain = {**CHEAP, "name": name}
    made = Scenario.from_dict(plain)
    changes = {key.replace("__", "."): value for key, value in values.items()}
    return made.with_values(changes) if changes else made


@dataclass
class FakeResults:
    headline: Mapping[str, float]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


class FakeMarket:
    """Closures = seed; care hours lost = 100 x seed + 1,000 x the share of funding cut; need 120,000 hours."""

    def __init__(self, chosen: Scenario, seed: int) -> None:
        if chosen.description == "no such council":
            raise RegionError("councils.csv:3: council = 'Dudly': unknown council. Did you mean 'Dudley'?")
        self.scenario, self.seed = chosen, seed
        self.month, self.running = 0, True

    def step(self) -> None:
        self.month += 1
        self.running = self.month < self.scenario.months

    def frame(self, name: str) -> pd.DataFrame:
        return {
            "councils": pd.DataFrame({"council": ["Dudley", "Walsall"]}),
            "sites": pd.DataFrame({"setting": ["care_home", "home_care", "home_care"]}),
        }[name]

    @property
    def cut(self) -> float:
        shock = self.scenario.shocks.get("funding_cut")
        return 0.0 if shock is None else -float(shock.real_change)  # type: ignore[attr-defined]

    def results(self) -> FakeResults:
        lost = 100.0 * self.seed + 1000.0 * self.cut
        headline = {
            "provider_failures": float(self.seed // 2),
            "site_closures": float(self.seed),
            "market_failures": 0.0,
            "councils_affected_share": 0.25,
            "care_hours_lost": lost,
            "unmet_hours": 5000.0,
            "unmet_no_place_hours": 1000.0,
            "unmet_no_staff_hours": 500.0,
            "unmet_rationed_hours": 3500.0,
            "need_hours": 120_000.0,
            "hours_delivered": 120_000.0 - 5000.0 - lost,
        }
        return FakeResults(headline, self._tables(lost))

    def _tables(self, lost: float) -> dict[str, pd.DataFrame]:
        months = [self.scenario.month_date(index) for index in range(self.month)]
        share = 1 / 3
        region = pd.DataFrame(
            {
                "month": months,
                "need_hours": 10_000.0 + share,
                "care_hours_lost": lost / 12,
                "unmet_hours": 5000 / 12,
                "occupancy": 0.9 + share / 10,
                "homes": 40,
            }
        )
        region["hours_delivered"] = region["need_hours"] - region["care_hours_lost"] - region["unmet_hours"]
        councils = pd.concat([region.assign(council=name) for name in ("Dudley", "Walsall")], ignore_index=True).assign(
            month=lambda frame: pd.to_datetime(frame["month"])
        )
        failed = self.seed // 2
        providers = pd.DataFrame(
            {
                "provider": range(3 + failed),
                "kind": "independent",
                "fate": ["trading"] * 3 + ["failed"] * failed,
                "cause": [None] * 3 + ["fee"] * failed,
                "statutory": False,
            }
        )
        events = pd.DataFrame({"month": months[:1] * failed, "kind": ["failure"] * failed, "hours": [1.5] * failed})
        return {
            "months": region,
            "councils": councils,
            "councils_by": councils.assign(setting="care_home", payer="council"),
            "providers": providers,
            "events": events,
        }


class FailsOnSeed3(FakeMarket):
    def step(self) -> None:
        if self.seed == 3:
            raise FloatingPointError("cash is nan at month 7")
        super().step()


class AlwaysFails(FakeMarket):
    def step(self) -> None:
        raise FloatingPointError("cash is nan at month 7")


class DiesOnSeed2(FakeMarket):
    def step(self) -> None:
        if self.seed == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        super().step()


class Slow(FakeMarket):
    """Takes about a tenth of a second a run, and for ever over seeds from 5 on, which it notes in a file."""

    def step(self) -> None:
        if self.seed >= 5:
            note_process(self.scenario)
        time.sleep(0.01 if self.seed < 5 else 60)
        super().step()


class Noted(FakeMarket):
    """Leaves a file named after its process in the folder that the description names, and takes for ever."""

    def step(self) -> None:
        note_process(self.scenario)
        time.sleep(60)


def note_process(chosen: Scenario) -> None:
    """Leave a file named after this process in the folder that the scenario's description names, if it names one."""
    if chosen.description:
        (Path(chosen.description) / f"{os.getpid()}.pid").touch()


FIRST_MONTH = datetime.date(2025, 4, 1)
