"""The council's own service: it charges what it costs, steps in for displaced people, and cannot fail."""

from resilience.agents.provider import Provider


class CouncilService(Provider):
    """A council's own home care (and its few homes). Stepping in: :func:`resilience.market.reprovision.step_in`."""

    @property
    def clients(self) -> int:
        """Council-funded people it serves."""
        from resilience.market.sites import council_people

        return int(council_people(self.state)[self.sites].sum())
