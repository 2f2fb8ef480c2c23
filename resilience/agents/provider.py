"""Providers: what every organisation that sells care holds, and the story of one."""

from typing import TYPE_CHECKING

import numpy as np

from resilience.agents.story import event_in_words, sentences
from resilience.agents.view import View
from resilience.state.codes import FATES, KINDS
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
        """Return what happened to the provider in plain English, an event at a time, with its figures."""
        return [sentences(event_in_words(self.state, event)) for event in self.model.events_of_provider(self.row)]
