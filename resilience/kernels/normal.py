"""The standard normal quantile as Cephes, and so SciPy, work it out; compiled, for kernels to ask for on the way."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Floats

_FAR = 0.13533528323661269
"""exp(-2): the quantiles of uniforms nearer to 0 or 1 than this have a form of their own."""
_ROOT_OF_TWO_PI = 2.5066282746310007
# Coefficients of fractions, above and below the line, those of the highest power first.
# fmt: off
_MIDDLE_ABOVE = (
    -59.96335010141079, 98.00107541859997, -56.67628574690703, 13.931260938727968, -1.2391658386738125,
)
_MIDDLE_BELOW = (
    1.0, 1.9544885833814176, 4.676279128988815, 86.36024213908905, -225.46268785411937, 200.26021238006066,
    -82.03722561683334, 15.90562251262117, -1.1833162112133,
)
_NEAR_ENDS_ABOVE = (
    4.0554489230596245, 31.525109459989388, 57.16281922464213, 44.08050738932008, 14.684956192885803,
    2.1866330685079025, -0.1402560791713545, -0.03504246268278482, -0.0008574567851546854,
)
_NEAR_ENDS_BELOW = (
    1.0, 15.779988325646675, 45.39076351288792, 41.3172038254672, 15.04253856929075, 2.504649462083094,
    -0.14218292285478779, -0.03808064076915783, -0.0009332594808954574,
)
_AT_ENDS_ABOVE = (
    3.2377489177694603, 6.915228890689842, 3.9388102529247444, 1.3330346081580755, 0.20148538954917908,
    0.012371663481782003, 0.00030158155350823543, 2.6580697468673755e-06, 6.239745391849833e-09,
)
_AT_ENDS_BELOW = (
    1.0, 6.02427039364742, 3.6798356385616087, 1.3770209948908132, 0.21623699359449663, 0.013420400608854318,
    0.00032801446468212774, 2.8924786474538068e-06, 6.790194080099813e-09,
)
# fmt: on


@kernel
def _polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """Return a polynomial at ``x``; coefficients are those of falling powers."""
    value = coefficients[0]
    for place in range(1, len(coefficients)):
        value = value * x + coefficients[place]
    return value


@kernel
def _quantile_in_the_middle(u: float) -> float:
    """Return the normal quantile of a uniform that is not :data:`_FAR` out."""
    y = u - 0.5
    square = y * y
    more = square * _polynomial(square, _MIDDLE_ABOVE) / _polynomial(square, _MIDDLE_BELOW)
    return (y + y * more) * _ROOT_OF_TWO_PI


@kernel
def _quantile_far_out(x: float, log_of_x: float) -> float:
    """Return how far out the normal quantile is of a uniform whose distance from 0 or 1 is exp(-x * x / 2)."""
    z = 1.0 / x
    if x < 8.0:
        less = z * _polynomial(z, _NEAR_ENDS_ABOVE) / _polynomial(z, _NEAR_ENDS_BELOW)
    else:
        less = z * _polynomial(z, _AT_ENDS_ABOVE) / _polynomial(z, _AT_ENDS_BELOW)
    return x - log_of_x / x - less


@kernel
def normal_quantile(u: float) -> float:
    """Return the standard normal quantile of one uniform in (0, 1): what SciPy's ndtri returns."""
    if (u > _FAR) & (u <= 1.0 - _FAR):
        return _quantile_in_the_middle(u)
    x = np.sqrt(-2.0 * np.log(u if u <= _FAR else 1.0 - u))
    out = _quantile_far_out(x, np.log(x))
    return -out if u <= _FAR else out


@kernel
def quantiles_of(u: Floats) -> Floats:
    """Return the quantile of each uniform, taken in short loops, of which most work out several at once."""
    quantiles, far, count = np.empty(u.size), np.empty(u.size, dtype=np.int64), 0
    for place in range(u.size):
        quantiles[place] = _quantile_in_the_middle(u[place])
    for place in range(u.size):
        far[count] = place
        count += (u[place] <= _FAR) | (u[place] > 1.0 - _FAR)
    x, out = np.empty(count), np.empty(count)
    for which in range(count):
        own = u[far[which]]
        x[which] = np.log(own if own <= _FAR else 1.0 - own)
    for which in range(count):
        x[which] = np.sqrt(-2.0 * x[which])
    for which in range(count):
        out[which] = np.log(x[which])
    for which in range(count):
        out[which] = _quantile_far_out(x[which], out[which])
    for which in range(count):
        quantiles[far[which]] = -out[which] if u[far[which]] <= _FAR else out[which]
    return quantiles
