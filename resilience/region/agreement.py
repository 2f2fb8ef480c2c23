"""How well a region's synthetic market agrees with the published one: one row a measure, published beside drawn."""

import numpy as np
import pandas as pd

from resilience.region.build import Region, build_region
from resilience.region.home_care import TOP_FOUR_SHARE, hours_with_self_funded, national_chains
from resilience.region.market import market_by_council
from resilience.region.register import HOME_REGION
from resilience.region.tables import table

Line = tuple[str, ...]  # measure, published, drawn, median gap, largest gap


def drawn_market(region: Region) -> pd.DataFrame:
    """Return the drawn market by council, in the columns of the published one (index: council code).

    The council's own homes count as one group, as in the published table.
    """
    homes = region.sites[region.sites["care_type"] != "home_care"]
    rows = {}
    for number, code in enumerate(region.councils["code"]):
        mine = homes[homes["council"] == number]
        beds = mine["capacity"].to_numpy(np.float64)
        older = (mine["care_type"] != "younger_adults").to_numpy()
        nursing = mine["nursing"].to_numpy(bool)
        logs = np.log(beds[older])
        rows[code] = {
            "homes": len(mine),
            "beds": beds.sum(),
            "older_people_homes": older.sum(),
            "older_people_beds": beds[older].sum(),
            "nursing_homes": nursing.sum(),
            "nursing_beds": beds[nursing].sum(),
            "homes_1_10_beds": (beds <= 10).sum(),
            "homes_11_49_beds": ((beds > 10) & (beds < 50)).sum(),
            "homes_50_plus_beds": (beds >= 50).sum(),
            "older_log_beds_mean": logs.mean() if len(logs) else 0.0,
            "older_log_beds_sd": logs.std(ddof=1) if len(logs) > 1 else np.nan,
        } | concentration(mine["provider"].to_numpy(np.int64), beds)
    return pd.DataFrame.from_dict(rows, orient="index")


def concentration(owner: np.ndarray, beds: np.ndarray) -> dict[str, float]:
    """Return groups, largest share, top ten's share and HHI of beds by owner (zeros where there are no homes)."""
    if len(beds) == 0:
        return {"groups": 0, "largest_group_share": 0.0, "top_10_group_share": 0.0, "group_bed_hhi": 0.0}
    held = np.bincount(np.unique(owner, return_inverse=True)[1], weights=beds)
    share = np.sort(held)[::-1] / beds.sum()
    return {
        "groups": len(share),
        "largest_group_share": float(share[0]),
        "top_10_group_share": float(share[:10].sum()),
        "group_bed_hhi": float((share**2).sum()),
    }


def drawn_groups(region: Region) -> pd.DataFrame:
    """Return each group's homes, beds and councils inside the region, as drawn (index: rank)."""
    homes = region.sites[region.sites["care_type"] != "home_care"]
    rank = region.providers["group_rank"].to_numpy(np.int64)[homes["provider"].to_numpy(np.int64)]
    homes = homes.assign(rank=rank)[rank > 0]
    groups: pd.DataFrame = homes.groupby("rank").agg(
        homes=("capacity", "size"), beds=("capacity", "sum"), councils=("council", "nunique")
    )
    return groups


def meets_care_home_test(beds: pd.Series, councils: pd.Series) -> pd.Series:
    """Return who holds 2,000 beds, or 1,000 in 16 councils (the first two care-home tests of SI 2015/314)."""
    return (beds >= 2000) | ((beds >= 1000) & (councils >= 16))


def agreement(region: Region) -> pd.DataFrame:
    """Return measure, published, drawn, and the typical and largest gap between councils of the shipped table."""
    rows = _council_rows(region)
    if set(region.councils["code"]) >= set(table("tiles_west_midlands")["code"]):
        rows += _group_rows(region)
    return pd.DataFrame(rows, columns=["measure", "published", "drawn", "median gap", "largest gap"])


def _council_rows(region: Region) -> list[Line]:
    """Return the rows that compare councils."""
    drawn = drawn_market(region)
    published = market_by_council().reindex(drawn.index)
    known = published["homes"].fillna(0).to_numpy() > 0
    drawn, published = drawn[known], published[known]
    rows = []
    for name in ("homes", "beds", "homes_1_10_beds", "homes_11_49_beds", "homes_50_plus_beds", "older_people_beds"):
        rows.append(_row(name, published, drawn, "sum", "{:,.0f}"))
    rows += [_row(name, published, drawn, "sum", "{:,.0f}") for name in ("nursing_homes", "nursing_beds", "groups")]
    rows += [_row(name, published, drawn, "mean", "{:.3f}") for name in ("older_log_beds_mean", "older_log_beds_sd")]
    names = ("largest_group_share", "top_10_group_share", "group_bed_hhi")
    return rows + [_row(name, published, drawn, "mean", "{:.4f}") for name in names]


def _row(name: str, published: pd.DataFrame, drawn: pd.DataFrame, how: str, text: str) -> Line:
    """Return one row: the region's sum or mean over councils, and the gaps between councils."""
    gap = (drawn[name].astype(float) - published[name].astype(float)).abs()
    label = name.replace("_", " ") + (", mean of councils" if how == "mean" else "")
    totals = [text.format(frame[name].astype(float).agg(how)) for frame in (published, drawn)]
    return (label, *totals, text.format(gap.median()), text.format(gap.max()))


def _group_rows(region: Region) -> list[Line]:
    """Return the rows that compare the chains (the West Midlands, or England)."""
    groups = table("groups_2021").set_index("rank")
    england = len(region.councils) == len(table("councils"))
    within = set(region.councils["region"]) == {HOME_REGION}
    if not (england or within):
        return []
    prefix = "west_midlands_" if within else ""
    there = groups[groups[f"{prefix}homes"] > 0]
    drawn = drawn_groups(region).reindex(there.index, fill_value=0)
    rows = []
    for name in ("homes", "beds", "councils"):
        gap = (drawn[name] - there[f"{prefix}{name}"]).abs()
        totals = [f"{frame.sum():,.0f}" for frame in (there[f"{prefix}{name}"], drawn[name])]
        rows.append((f"chains' {name} here", *totals, f"{gap.median():,.0f}", f"{gap.max():,.0f}"))
    return rows + (_england_rows(region) if england else [])


def _england_rows(region: Region) -> list[Line]:
    """Return the rows that hold for England as a whole: the largest groups, and those under statutory oversight."""
    groups = table("groups_2021").set_index("rank")
    drawn = drawn_groups(region)
    all_published, all_drawn = float(market_by_council()["beds"].sum()), float(region.councils["care_home_beds"].sum())
    rows = []
    for label, first in (("top five groups' share of beds", 5), ("top thirty groups' share of beds", 30)):
        shares = [groups["beds"].nlargest(first).sum() / all_published, drawn["beds"].nlargest(first).sum() / all_drawn]
        rows.append((label, *(f"{share:.1%}" for share in shares), "", ""))
    published_test = meets_care_home_test(groups["beds"], groups["councils"])
    drawn_test = meets_care_home_test(drawn["beds"], drawn["councils"])
    rows.append(("groups that meet a care-home test", f"{published_test.sum()}", f"{drawn_test.sum()}", "", ""))
    shares = [groups["beds"][published_test].sum() / all_published, drawn["beds"][drawn_test].sum() / all_drawn]
    rows.append(("their share of beds", *(f"{share:.1%}" for share in shares), "", ""))
    top_four = national_chains()[:4].sum() / hours_with_self_funded().sum()
    rows.append(("top four's share of home-care hours", f"{TOP_FOUR_SHARE:.1%}", f"{top_four:.1%}", "", ""))
    return rows


def main(arguments: list[str]) -> int:
    """Print the agreement of a region ("west-midlands" unless named otherwise). Return the exit code."""
    name = arguments[0] if arguments else "west-midlands"
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    region = build_region(name, population_seed=seed)
    sites = region.sites["care_type"].value_counts()
    homes = int(len(region.sites) - sites.get("home_care", 0))
    branches = int((region.sites["care_type"].eq("home_care") & region.sites["capacity"].gt(0)).sum())
    print(
        f"{region.name}: {len(region.councils)} councils, {homes:,} care homes, {branches:,} home-care branches, ",
        end="",
    )
    print(f"{len(region.providers):,} providers")
    print(f"{'measure':<40}{'published':>12}{'drawn':>12}{'median gap':>12}{'largest gap':>13}")
    for measure, *figures in agreement(region).itertuples(index=False):
        print(
            f"{measure:<40}"
            + "".join(f"{text:>{width}}" for text, width in zip(figures, (12, 12, 12, 13), strict=True))
        )
    return 0
