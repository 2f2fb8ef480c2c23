"""Co-operatives: owned by the people who work there; no outside return, staff who stay, slow growth."""

from resilience.agents.provider import Provider
from resilience.state.columns import Cell


class Cooperative(Provider):
    """A member-owned provider: lower turnover (``labour.turnover_member_owned``), no owner who retires."""

    members = Cell()
