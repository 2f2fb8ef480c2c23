"""Every section of parameters; a scenario has these beside its run settings, shocks and policies."""

from __future__ import annotations

from pydantic import Field

from resilience.scenario.declare import Section
from resilience.scenario.sections.costs import Costs, Finance
from resilience.scenario.sections.councils import Councils
from resilience.scenario.sections.distress import Distress, Entry, Measures, Quality, Reprovision
from resilience.scenario.sections.labour import Labour
from resilience.scenario.sections.need import Need, SelfFunders
from resilience.scenario.sections.paths import Paths
from resilience.scenario.sections.providers import ProviderRegister


class Parameters(Section):
    """Every section; the attribute's name is the table's name in a scenario file."""

    paths: Paths = Field(default_factory=Paths)
    providers: ProviderRegister = Field(default_factory=ProviderRegister)
    need: Need = Field(default_factory=Need)
    self_funders: SelfFunders = Field(default_factory=SelfFunders)
    councils: Councils = Field(default_factory=Councils)
    labour: Labour = Field(default_factory=Labour)
    costs: Costs = Field(default_factory=Costs)
    finance: Finance = Field(default_factory=Finance)
    distress: Distress = Field(default_factory=Distress)
    reprovision: Reprovision = Field(default_factory=Reprovision)
    entry: Entry = Field(default_factory=Entry)
    quality: Quality = Field(default_factory=Quality)
    measures: Measures = Field(default_factory=Measures)
