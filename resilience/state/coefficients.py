"""Parameters by kind of care, laid out as arrays so that rules can index them by a site's kind of care."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from resilience.scenario.parameters import Parameters
from resilience.state.columns import Floats


@dataclass(frozen=True, slots=True)
class CareCoefficients:
    """One number a kind of care (residential, nursing, younger adults, home care), all at 2016 prices."""

    hours_per_person: Floats
    """Care hours a week of one person."""
    staff_hours_per_person: Floats
    """Paid staff hours a week of one person."""
    pay_mix: Floats
    """Mean pay of all staff over a care worker's."""
    fixed_staff_share: Floats
    """Share of staffing that follows capacity."""
    other_cost: Floats
    """GBP a person a week."""
    fixed_cost: Floats
    """GBP a week of a site of the reference size."""
    reference_size: Floats
    """People."""
    property_cost: Floats
    """GBP a place a week."""
    leave_new: Floats
    """Monthly probability of leaving in the first phase of a stay."""
    leave_settled: Floats
    """Monthly probability of leaving in the later phase."""
    settle: Floats
    """Monthly probability of passing from the first phase to the later one."""
    agency_limit: Floats
    """Most agency cover, share of staff hours."""
    separation_elasticity: Floats
    lag_share: Floats
    """Share of a month without care when a displaced person is re-placed at once."""

    @classmethod
    def of(cls, p: Parameters) -> Self:
        """Return the coefficients of a scenario's parameters."""
        from resilience.state.codes import DAYS_PER_MONTH

        costs, need, labour = p.costs, p.need, p.labour
        client_hours = need.hours_per_client
        older = need.first_phase_leave, need.later_leave
        return cls(
            hours_per_person=np.array([need.hours_per_resident] * 3 + [client_hours]),
            staff_hours_per_person=np.array(
                [
                    costs.staff_hours_residential,
                    costs.staff_hours_nursing,
                    costs.staff_hours_younger_adults,
                    costs.paid_per_contact_hour * client_hours,
                ]
            ),
            pay_mix=np.array(
                [costs.pay_mix_residential, costs.pay_mix_nursing, costs.pay_mix_residential, costs.pay_mix_home_care]
            ),
            fixed_staff_share=np.array([costs.fixed_staff_share] * 3 + [0.0]),
            other_cost=np.array(
                [
                    costs.other_cost_residential,
                    costs.other_cost_nursing,
                    costs.other_cost_younger_adults,
                    costs.other_cost_home_care * client_hours,
                ]
            ),
            fixed_cost=np.array([costs.fixed_cost_home] * 3 + [costs.fixed_cost_branch]),
            reference_size=np.array([30.0, 30.0, 30.0, 45.0]),
            property_cost=np.array([costs.property_cost] * 3 + [0.0]),
            leave_new=monthly(np.array([older[0], older[0], need.younger_adults_leave, need.home_care_leave])),
            leave_settled=monthly(np.array([older[1], older[1], need.younger_adults_leave, need.home_care_leave])),
            settle=np.array([1 / 12, 1 / 12, 1 / 12, 1 / 12]),
            agency_limit=np.array([labour.agency_limit_homes] * 3 + [labour.agency_limit_home_care]),
            separation_elasticity=np.array(
                [labour.separation_elasticity_homes] * 3 + [labour.separation_elasticity_home_care]
            ),
            lag_share=np.array([p.reprovision.lag_days_care_home] * 3 + [p.reprovision.lag_days_home_care])
            / DAYS_PER_MONTH,
        )


def monthly(hazard_per_year: Floats) -> Floats:
    """Return the probability of leaving within a month for hazards a year."""
    return 1.0 - np.exp(-hazard_per_year / 12.0)
