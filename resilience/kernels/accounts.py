"""Compiled form of the sites' accounts (see ``resilience/market/accounts.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Constants, Nine, Rates, SiteColumns


@kernel
def accounts_of_sites(s: SiteColumns, r: Rates, c: Constants) -> Nine:
    """Return the month's accounts of every site."""
    # One array of them all would be the largest of the month, and asked of the system anew in every one.
    among = s.alive.size
    of_council, of_self_funders, of_nhs = np.empty(among), np.empty(among), np.empty(among)
    all_wages, all_agency, all_other = np.empty(among), np.empty(among), np.empty(among)
    all_fixed, all_overhead, all_rent = np.empty(among), np.empty(among), np.empty(among)
    for row in range(s.alive.size):
        kind, care = s.kind[row], s.care_type[row]
        at_home, micro, own = care == c.home_care, kind == c.micro_enterprise, kind == c.council_service
        living = 1.0 if s.alive[row] else 0.0
        # revenue
        units = (r.hours_per_client if at_home else 1.0) * c.weeks_per_month
        delivered = s.cover[row] if at_home else 1.0
        own_units = (s.self_funder_hours[row] if at_home else float(s.self_funders[row])) * c.weeks_per_month
        council = s.council_people[row] * units * delivered * r.fee[s.council[row], care]
        council *= r.direct_payment_rate if micro else 1.0
        self_funder = own_units * delivered * s.price[row]
        nhs = s.nhs_people[row] * units * delivered * s.price[row] * r.nhs_price_ratio
        nursing_part = (r.funded_nursing_care if care == c.nursing else 0.0) * c.weeks_per_month
        nhs += nursing_part * (s.council_people[row] + s.self_funders[row])
        # staff
        hourly = s.pay[row] * r.pay_mix[care] * (1.0 + (0.0 if micro else r.on_cost)) * c.weeks_per_month
        wages = (s.staff[row] if s.alive[row] else 0.0) * r.hours_per_worker * hourly
        agency = s.agency_hours[row] * hourly * (1.0 + r.agency_premium)
        # running costs
        prices = (
            r.cost_index * c.weeks_per_month * s.efficiency[row] * r.local_cost[s.council[row]] * r.cost_factor[care]
        )
        other = s.load[row] * r.other_cost[care] * prices
        fixed = (r.fixed_cost[care] * s.scale[care, s.capacity[row]] + r.property_cost[care] * s.capacity[row]) * prices
        fixed = (r.fixed_cost_micro * prices if micro else fixed) * living
        extra = r.in_house_extra if own and at_home else 0.0
        other += extra * (wages + agency + other + fixed)
        shock = s.shock[row] * (wages + agency + other + fixed)
        other -= s.subsidy[row]
        other += 0.0 if own else shock
        places = s.capacity[row] * c.weeks_per_month if s.alive[row] and not own and not micro else 0.0
        other -= places * r.grant_per_place[care]
        # overhead, and what a council's own service charges
        share = 0.0 if micro or own else (r.overhead_chain if kind == c.chain else r.overhead_other)
        overhead = share * (council + self_funder + nhs)
        if own:
            council = wages + agency + other + fixed - self_funder - nhs
        of_council[row], of_self_funders[row], of_nhs[row] = council, self_funder, nhs
        all_wages[row], all_agency[row] = wages, agency
        all_other[row], all_fixed[row], all_overhead[row] = other, fixed, overhead
        all_rent[row] = (s.rent[row] if s.alive[row] else 0.0) * c.weeks_per_month * r.cost_index
    revenue = of_council, of_self_funders, of_nhs
    return *revenue, all_wages, all_agency, all_other, all_fixed, all_overhead, all_rent
