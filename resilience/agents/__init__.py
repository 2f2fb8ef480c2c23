"""The agents: one module for each kind, each a Mesa agent over its row of the model's columns."""

from resilience.agents.chain import Chain
from resilience.agents.cooperative import Cooperative
from resilience.agents.council import Council
from resilience.agents.council_service import CouncilService
from resilience.agents.independent import Independent
from resilience.agents.micro_enterprise import MicroEnterprise
from resilience.agents.provider import Provider
from resilience.agents.self_funder import SelfFunder

PROVIDER_CLASSES: tuple[type[Provider], ...] = (Chain, Independent, Cooperative, MicroEnterprise, CouncilService)
"""The class of each kind of provider, in the order of ``codes.KINDS``."""

__all__ = [
    "PROVIDER_CLASSES",
    "Chain",
    "Cooperative",
    "Council",
    "CouncilService",
    "Independent",
    "MicroEnterprise",
    "Provider",
    "SelfFunder",
]
