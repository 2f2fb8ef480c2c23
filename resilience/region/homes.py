"""Draws every council's care homes so that they add up to the register: homes, beds, size bands and kinds of care.

Sizes are not sampled freely: each older people's home takes its place in a lognormal of the council's own mean and
spread, and three numbers (level, spread, tail) are solved for so that the beds and both moments come out right.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from resilience.state.randomness import hash_keys, hash_text, uniform

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

BAND_LOW = np.array([1, 11, 50])
BAND_HIGH = np.array([10, 49, 220])
YOUNGER_MEAN = np.array([6.0, 17.0, 64.0])  # beds of a home for younger adults by band; assumption
YOUNGER_SPREAD = 0.45  # log beds within a band; assumption


class Homes(NamedTuple):
    """One council's homes: beds, whether for older people, whether registered for nursing (all of one length)."""

    beds: IntArray
    older: BoolArray
    nursing: BoolArray


def draw_homes(code: str, market: pd.Series, seed: int) -> Homes:
    """Return the homes of one council from its row of the market table, keyed by its code and the population seed."""
    homes = int(market["homes"])
    if homes == 0:
        return Homes(np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, bool))
    bands = np.array([market["homes_1_10_beds"], market["homes_11_49_beds"], market["homes_50_plus_beds"]], dtype=int)
    older_beds, all_beds = int(market["older_people_beds"]), int(market["beds"])
    mean, spread = float(market["older_log_beds_mean"]), float(market["older_log_beds_sd"])
    spread = spread if np.isfinite(spread) and spread > 0.05 else 0.3
    high = np.array([10, 49, int(np.clip(market["largest_group_share"] * all_beds + 0.5, 50, BAND_HIGH[2]))])
    luck = uniform(seed, "region/home_size", 0, hash_keys(hash_text(code), np.arange(homes, dtype=np.uint64)))
    older_homes = int(market["older_people_homes"])
    older_bands = split_bands(bands, high, older_homes, older_beds, all_beds - older_beds, mean, spread)
    count = int(older_bands.sum())
    older_sizes = older_people_sizes(older_bands, high, older_beds, mean, spread, luck[:count])
    younger_sizes = younger_adult_sizes(bands - older_bands, high, all_beds - older_beds, luck[count:])
    beds = np.concatenate([older_sizes, younger_sizes])
    older = np.arange(homes) < count
    key = hash_keys(hash_text(code), np.arange(homes, dtype=np.uint64))
    nursing = choose_nursing(
        beds, older, int(market["nursing_homes"]), int(market["nursing_beds"]), uniform(seed, "region/nursing", 0, key)
    )
    order = np.argsort(uniform(seed, "region/home_order", 0, key), kind="stable")
    return Homes(beds[order], older[order], nursing[order])


def split_bands(
    bands: IntArray, high: IntArray, older_homes: int, older_beds: int, younger_beds: int, mean: float, spread: float
) -> IntArray:
    """Return how many of the homes in each band are for older people (int, shape 3).

    All feasible splits are compared: how far from the lognormal's expectation, and how far each side's beds are from
    what homes of those bands usually hold.
    """
    edges = np.concatenate([[-np.inf], (np.log([10.5, 49.5]) - mean) / spread, [np.inf]])
    expected = older_homes * np.diff(ndtr(edges))
    # Mean beds of a lognormal between two sizes: exp(mean + spread^2 / 2) times a ratio of normal probabilities.
    ratio = np.diff(ndtr(edges - spread)) / np.maximum(np.diff(ndtr(edges)), 1e-9)
    usual = np.clip(np.exp(mean + spread**2 / 2) * ratio, BAND_LOW, high)
    small, large = np.meshgrid(np.arange(bands[0] + 1), np.arange(bands[2] + 1), indexing="ij")
    older = np.stack([small.ravel(), older_homes - small.ravel() - large.ravel(), large.ravel()], axis=1)
    older = older[(older[:, 1] >= 0) & (older[:, 1] <= bands[1])]
    younger = bands - older
    misfit = ((older - expected) ** 2 / (expected + 1.0)).sum(axis=1)
    misfit += ((older @ usual - older_beds) / (8.0 * np.sqrt(older_homes + 1.0))) ** 2
    misfit += ((younger @ YOUNGER_MEAN - younger_beds) / (4.0 * np.sqrt(younger.sum(axis=1) + 1.0))) ** 2
    for part, beds in ((older, older_beds), (younger, younger_beds)):
        misfit[(part @ BAND_LOW > beds) | (part @ high < beds)] += 1e6
    return np.asarray(older[int(np.argmin(misfit))], dtype=np.int64)


def older_people_sizes(
    bands: IntArray, high_of_band: IntArray, beds: int, mean: float, spread: float, luck: FloatArray
) -> IntArray:
    """Return the beds of each older people's home (by band): ``beds`` in all, log mean and spread as asked."""
    if bands.sum() == 0:
        return np.zeros(0, np.int64)
    low, high = np.repeat(BAND_LOW, bands), np.repeat(high_of_band, bands)
    z = _normal_scores(bands, mean, spread, luck)
    wanted = np.array([np.log(beds), mean, spread])
    misfit, best = _solve(wanted, np.array([mean, spread, 0.0]), z, low, high)
    if misfit > 1e-3:  # another start for a market with an odd tail
        tries = [_solve(wanted, np.array([mean, spread, tail]), z, low, high) for tail in (-0.3, 0.2)]
        misfit, best = min([(misfit, best), *tries], key=lambda one: one[0])
    return settle(_sizes(best, z, low, high), low, high, beds)


def _solve(
    wanted: FloatArray, start: FloatArray, z: FloatArray, low: IntArray, high: IntArray
) -> tuple[float, FloatArray]:
    """Return (misfit, level-spread-tail) whose sizes have the wanted log beds, mean and spread (Gauss-Newton)."""
    solved = start
    best = (np.inf, start)
    for _ in range(25):
        here = _moments(solved, z, low, high)
        gap = wanted - here
        misfit = float(np.abs(gap).max())
        if misfit < best[0]:
            best = (misfit, solved)
        if misfit < 1e-4:
            break
        slope = np.stack([(_moments(solved + step, z, low, high) - here) / 1e-3 for step in 1e-3 * np.eye(3)], axis=1)
        change = np.linalg.lstsq(slope + 1e-6 * np.eye(3), gap, rcond=1e-3)[0]
        solved = solved + np.clip(change, -0.3, 0.3)
    return best


def _normal_scores(bands: IntArray, mean: float, spread: float, luck: FloatArray) -> FloatArray:
    """Return a normal score for each home: an even, slightly jittered place within its own band of the lognormal."""
    edges = ndtr(np.concatenate([[-8.0], (np.log([10.5, 49.5]) - mean) / spread, [8.0]]))
    scores = []
    start = 0
    for band, count in enumerate(bands):
        place = (np.arange(count) + luck[start : start + count]) / max(count, 1)
        scores.append(ndtri(np.clip(edges[band] + place * (edges[band + 1] - edges[band]), 1e-6, 1 - 1e-6)))
        start += count
    return np.concatenate(scores)


def _sizes(solved: FloatArray, z: FloatArray, low: IntArray, high: IntArray) -> FloatArray:
    """Return unrounded beds: exp(level + spread z + tail (z^2 - 1)) held inside each home's band."""
    level, spread, tail = solved
    logs = np.clip(level + spread * z + tail * (z**2 - 1.0), -2, 8)
    return np.asarray(np.clip(np.exp(logs), low - 0.45, high + 0.45))


def _moments(solved: FloatArray, z: FloatArray, low: IntArray, high: IntArray) -> FloatArray:
    """Return log total beds, mean log beds and standard deviation of log beds (divisor n - 1)."""
    sizes = _sizes(solved, z, low, high)
    logs = np.log(sizes)
    return np.array([np.log(sizes.sum()), logs.mean(), logs.std(ddof=1) if len(logs) > 1 else solved[1]])


def younger_adult_sizes(bands: IntArray, high_of_band: IntArray, beds: int, luck: FloatArray) -> IntArray:
    """Return the beds of each home for younger adults (sorted by band), adding up to ``beds``."""
    if bands.sum() == 0:
        return np.zeros(0, np.int64)
    low, high = np.repeat(BAND_LOW, bands), np.repeat(high_of_band, bands)
    usual = np.log(np.repeat(YOUNGER_MEAN, bands)) + YOUNGER_SPREAD * ndtri(luck)
    bottom, top = -4.0, 4.0
    for _ in range(40):
        shift = (bottom + top) / 2
        total = np.clip(np.exp(usual + shift), low, high).sum()
        bottom, top = (shift, top) if total < beds else (bottom, shift)
    return settle(np.clip(np.exp(usual + bottom), low, high), low, high, beds)


def settle(sizes: FloatArray, low: IntArray, high: IntArray, beds: int) -> IntArray:
    """Round sizes to whole beds inside [low, high] that add up to ``beds``, or come as near as the bands allow."""
    whole = np.clip(np.rint(sizes), low, high).astype(np.int64)
    for _ in range(400):
        missing = beds - int(whole.sum())
        if missing == 0:
            break
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(whole < high) if step > 0 else np.flatnonzero(whole > low)
        if len(free) == 0:
            break
        # The homes whose rounding went furthest the other way move first.
        order = free[np.argsort(step * (whole[free] - sizes[free]), kind="stable")]
        whole[order[: abs(missing)]] += step
    return whole


def choose_nursing(beds: IntArray, older: BoolArray, homes: int, nursing_beds: int, luck: FloatArray) -> BoolArray:
    """Return which homes nurse: ``homes`` of them with ``nursing_beds`` beds, those for older people first."""
    nursing = np.zeros(len(beds), bool)
    if homes == 0:
        return nursing
    # Larger homes are likelier to nurse (nursing homes: log mean 3.79, all older people's 3.63; E02-051, E02-052).
    appeal = np.where(older, 0.0, -100.0) + 1.4 * np.log(beds) - np.log(-np.log(luck))
    nursing[np.argsort(-appeal, kind="stable")[:homes]] = True
    for _ in range(200):
        gap = nursing_beds - int(beds[nursing].sum())
        if gap == 0:
            break
        inside = np.flatnonzero(nursing)
        outside = np.flatnonzero(~nursing)
        if len(outside) == 0:
            break
        change = beds[outside][None, :] - beds[inside][:, None]
        # Close half of a wide gap at a time, so that no single home carries it; homes for younger adults come last.
        wanted = gap if abs(gap) <= 40 else gap / 2
        best = int(np.argmin(np.abs(change - wanted) + 15.0 * ~older[outside][None, :]))
        leave, enter = inside[best // len(outside)], outside[best % len(outside)]
        if abs(gap - int(change.flat[best])) >= abs(gap):
            break
        nursing[leave], nursing[enter] = False, True
    return nursing
