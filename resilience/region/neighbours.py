"""Which councils are neighbours: real borders in the West Midlands, touching tiles of the map elsewhere."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.errors import RegionError, nearest
from resilience.region.tables import table


def neighbour_matrix(councils: pd.DataFrame) -> NDArray[np.bool_]:
    """Return who borders whom, shape (councils, councils), symmetric, nobody their own neighbour.

    ``councils`` needs ``code``, ``council``, ``map_column`` and ``map_row``. Where it has a column ``neighbours``
    (names separated by ";") that decides for the councils that fill it in. Otherwise two West Midlands councils are
    neighbours when they share a border, and any other two when their tiles touch along an edge (an estimate). Councils
    marked ``placed``, whose tiles mean nothing, have only the neighbours that the table names.
    """
    size = len(councils)
    near = np.zeros((size, size), dtype=bool)
    place = {code: row for row, code in enumerate(councils["code"])}
    real = set(table("tiles_west_midlands")["code"])
    borders = table("borders_west_midlands")
    for one, other in zip(borders["code"], borders["neighbour_code"], strict=True):
        if one in place and other in place:
            near[place[one], place[other]] = True
    has_border = np.array([code in real for code in councils["code"]])
    column, row = (councils[name].to_numpy(np.float64) for name in ("map_column", "map_row"))
    touching = np.abs(column[:, None] - column) + np.abs(row[:, None] - row) == 1.0
    near |= touching & ~(has_border[:, None] & has_border)
    if "placed" in councils:
        invented = councils["placed"].to_numpy(bool)
        near &= ~(invented[:, None] | invented)
    if "neighbours" in councils:
        _apply_own(councils, near)
    near |= near.T
    np.fill_diagonal(near, False)
    return near


def _apply_own(councils: pd.DataFrame, near: NDArray[np.bool_]) -> None:
    """Replace the rows of councils that name their neighbours themselves (changes ``near``)."""
    names = {str(name): row for row, name in enumerate(councils["council"])}
    own = {row: str(text) for row, text in enumerate(councils["neighbours"]) if isinstance(text, str) and text.strip()}
    for row in own:
        near[row] = False
        near[:, row] = False
    for row, text in own.items():
        for name in (part.strip() for part in text.split(";")):
            if not name:
                continue
            if name not in names:
                raise RegionError(
                    f"council '{councils['council'].iloc[row]}': its neighbour '{name}' is not in the table."
                    f"{nearest(name, names)} Allowed: councils of the same table, separated by ';'."
                )
            near[row, names[name]] = True
