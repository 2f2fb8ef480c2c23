"""The app: one page in the browser that plays a scenario month by month while two levers are moved.

Solara reads its settings when it is first imported, so nothing here imports it: `launch` puts the settings in place.
"""

from importlib.util import find_spec

for _package in ("solara", "solara_assets"):
    if find_spec(_package) is None:
        raise ModuleNotFoundError(f"the app needs the package {_package}", name=_package)

from resilience.app.serve import launch  # noqa: E402 - only once its packages are known to be there

__all__ = ["launch"]
