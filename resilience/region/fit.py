"""Who owns which home while a block of councils is fitted to the published market, and how far from it the block is.

The state is one owner per home: a chain, or -1 for a local owner (one or two homes, all in the same council). ``moves``
changes it; this module keeps the sums in step and says what is still wrong.
"""

import numpy as np
from numpy.typing import NDArray

from resilience.region.footprints import Area, Chains
from resilience.region.homes import Homes

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

LOCAL = -1  # the owner of a home that no chain owns
LOCAL_DOUBLES = 0.09  # second homes of local owners in the same council, per local owner (register of April 2021)
KIND_WEIGHT = 0.3  # of a home of another kind than its chain usually runs, beside one unit of the other misfits
NURSING_WEIGHT = 0.7  # of nursing beside older people's or not


class Fit:
    """The owners of all homes in a block of councils (councils in order, each council's homes together).

    ``held`` and ``count`` are a chain's beds and homes by council, shape (councils, chains); ``error`` is its beds
    above its published ones; ``scale`` the error in beds that counts as one unit of misfit.
    """

    def __init__(self, area: Area, chains: Chains, homes: list[Homes], owner: IntArray) -> None:
        self.area, self.chains = area, chains
        self.beds = np.concatenate([one.beds for one in homes]).astype(np.float64)
        self.council = np.repeat(np.arange(len(homes)), [len(one.beds) for one in homes])
        self.first = np.searchsorted(self.council, np.arange(len(homes) + 1))
        self.owner = owner.copy()
        self.mismatch = kind_mismatch(chains, homes)
        size = (len(area.codes), len(chains.rank))
        self.held = np.zeros(size)
        self.count = np.zeros(size, dtype=np.int64)
        owned = owner >= 0
        np.add.at(self.held, (self.council[owned], owner[owned]), self.beds[owned])
        np.add.at(self.count, (self.council[owned], owner[owned]), 1)
        self.error = self.held.sum(axis=0) - chains.beds
        self.scale = 4.0 + 0.006 * chains.beds

    def give(self, home: int, new: int) -> None:
        """Give one home to another owner (a chain or LOCAL) and keep the sums in step."""
        place, old, beds = int(self.council[home]), int(self.owner[home]), float(self.beds[home])
        for chain, sign in ((old, -1), (new, 1)):
            if chain >= 0:
                self.held[place, chain] += sign * beds
                self.count[place, chain] += sign
                self.error[chain] += sign * beds
        self.owner[home] = new

    def entries(self, place: int) -> tuple[FloatArray, IntArray, IntArray]:
        """Return one council's owners: beds of each, the entry of each of its homes, the entry of each chain (or -1).

        Chains come first, then every local home as an owner of its own.
        """
        homes = slice(int(self.first[place]), int(self.first[place + 1]))
        present = np.flatnonzero(self.count[place])
        of_chain = np.full(len(self.chains.rank), -1)
        of_chain[present] = np.arange(len(present))
        owner = self.owner[homes]
        local = owner < 0
        of_home = np.where(local, len(present) + np.cumsum(local) - 1, of_chain[owner])
        return np.concatenate([self.held[place, present], self.beds[homes][local]]), of_home, of_chain

    def misfit(self, place: int, held: FloatArray) -> FloatArray:
        """Return the misfit of largest, top ten and HHI for rows of owners' beds: (tries, owners) -> (tries,)."""
        total = max(float(self.area.beds[place]), 1.0)
        owners = held.shape[1]
        largest = held.max(axis=1)
        top = np.partition(held, owners - 10, axis=1)[:, -10:].sum(axis=1) if owners > 10 else held.sum(axis=1)
        target = float(self.area.hhi[place])
        return np.asarray(
            ((largest - self.area.largest[place]) / (0.006 * total + 2.0)) ** 2
            + ((top - self.area.top_ten[place]) / (0.008 * total + 3.0)) ** 2
            + (((held**2).sum(axis=1) / total**2 - target) / (0.03 * target)) ** 2
        )

    def crowding(self, place: int, more: int = 0) -> float:
        """Return the misfit of the number of groups, if ``more`` homes than now were left to local owners.

        The council's groups that are not chains must share the homes left, one or two each.
        """
        owners = int(self.area.groups[place]) - int((self.count[place] > 0).sum())
        left = int(self.area.homes[place] - self.count[place].sum()) + more
        second = left - owners
        usual = LOCAL_DOUBLES * max(owners, 0)
        wrong = max(-second, 0) + max(left - 2 * owners, 0) + max(-owners, 0)
        return 0.6 * (second - usual) ** 2 / (usual + 1.0) + 8.0 * wrong**2

    def chain_change(self, chain: IntArray, change: FloatArray) -> FloatArray:
        """Return the change of misfit when each chain's beds change (0 for local owners)."""
        error, scale = self.error[chain], self.scale[chain]
        return np.where(chain >= 0, ((error + change) ** 2 - error**2) / scale**2, 0.0)

    def council_misfit(self, place: int) -> float:
        """Return how far one council is from its published concentration and number of groups."""
        if self.area.homes[place] == 0:
            return 0.0
        held, _, _ = self.entries(place)
        return float(self.misfit(place, held[None, :])[0]) + self.crowding(place)

    def total(self) -> float:
        """Return the whole misfit of councils and chains."""
        councils = sum(self.council_misfit(place) for place in range(len(self.area.codes)))
        return councils + float(((self.error / self.scale) ** 2).sum())


def kind_mismatch(chains: Chains, homes: list[Homes]) -> FloatArray:
    """Return how ill each home suits each chain by kind of care, shape (homes, chains + 1).

    The last column, for local owners (index -1), is 0: a local owner runs any kind.
    """
    older = np.concatenate([one.older for one in homes])[:, None]
    nursing = np.concatenate([one.nursing for one in homes])[:, None]
    kind = np.where(older, 1.0 - chains.older_share, chains.older_share)
    kind += NURSING_WEIGHT * np.where(nursing, 1.0 - chains.nursing_share, chains.nursing_share)
    return np.concatenate([KIND_WEIGHT * kind, np.zeros((len(older), 1))], axis=1)
