"""``python -m resilience.region [REGION] [POPULATION_SEED]``: how the synthetic market agrees with the published."""

import sys

from resilience.region.agreement import main
from resilience.region.errors import RegionError

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RegionError as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
