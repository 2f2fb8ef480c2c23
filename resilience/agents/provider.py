"""Providers: what every organisation that sells care holds, and the story of one."""

from typing import TYPE_CHECKING, Any

import numpy as np

from resilience.agents.view import View
from resilience.state.codes import CARE_TYPES, CAUSE_LABELS, CAUSES, FATES, KINDS
from resilience.state.columns import Cell, Ints

if TYPE_CHECKING:
    from resilience.agents.council import Council
    from resilience.state.tables import Providers


class Provider(View):
    """An organisation with one or more sites. Money in GBP, flows by the month."""

    alive = Cell()
    cash = Cell()
    credit_limit = Cell()
    debt = Cell()
    interest_rate = Cell()
    investor_return = Cell()
    revenue = Cell()
    surplus = Cell()
    statutory = Cell()
    opened = Cell()
    ended = Cell()

    @property
    def table(self) -> "Providers":
        """The providers' table."""
        return self.state.providers

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.state.provider_names[self.row]

    @property
    def kind(self) -> str:
        """Chain, independent, cooperative, micro_enterprise or council_service."""
        return KINDS[int(self.table.kind[self.row])]

    @property
    def fate(self) -> str:
        """What became of it: trading, failed, closed, retired, sold or folded."""
        return FATES[int(self.table.fate[self.row])]

    @property
    def council(self) -> "Council":
        """The council of its largest site."""
        return self.model.councils[int(self.table.home_council[self.row])]

    @property
    def sites(self) -> Ints:
        """Rows of its living sites."""
        s = self.state.sites
        return np.flatnonzero(s.alive & (s.provider == self.row))

    @property
    def hours(self) -> float:
        """Care hours a week that it is due to deliver."""
        from resilience.market.sites import hours_due

        return float(hours_due(self.state)[self.sites].sum())

    def story(self) -> list[str]:
        """Return what happened to the provider, one plain sentence an event."""
        return [self._sentence(event) for event in self.model.events_of_provider(self.row)]

    def _sentence(self, event: dict[str, Any]) -> str:
        """Return one event in plain words."""
        s = self.state.sites
        when = self.model.scenario.month_date(int(event["month"])).strftime("%B %Y")
        what = str(event["kind"]).replace("_", " ")
        where = self.state.council_names[event["council"]] if event["council"] >= 0 else "the region"
        place = CARE_TYPES[int(s.care_type[event["site"]])].replace("_", " ") + " in " if event["site"] >= 0 else ""
        people = event["people_council"] + event["people_self_funder"] + event["people_nhs"]
        affected = f", {people} people" if people else ""
        bridge = {cause: event[f"cause_{cause}"] for cause in CAUSES}
        worst = min(bridge, key=lambda cause: bridge[cause])
        why = f"; most of the lost surplus is due to {CAUSE_LABELS[worst]}" if bridge[worst] < 0 else ""
        reason = f" ({event['reason'].replace('_', ' ')})" if event["reason"] else ""
        return f"{when}: {what}{reason}, {place}{where}{affected}{why}."
