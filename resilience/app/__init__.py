"""The app: one page in the browser that plays a scenario month by month while two levers are moved.

Solara reads its settings when it is first imported, so nothing here imports it: `launch` puts the settings in place.
"""

from resilience.app.serve import launch

__all__ = ["launch"]
