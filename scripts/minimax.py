"""Prints the polynomials of assembly/math and assembly/random.ts with their errors.

Weighted minimax fits by Lawson's iteration on Chebyshev points; coefficients are rounded to float32 from
the lowest power up, the others fitted again after each. Needs numpy and mpmath; run by hand, never by the
build. A last digit may differ between versions of LAPACK: what counts is the error printed.
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 40


def chebyshev(low, high, count=600):
    k = np.arange(count)
    return (low + high) / 2 + (high - low) / 2 * np.cos((k + 0.5) * np.pi / count)


def lawson(matrix, values, weights, rounds):
    level = np.ones(len(values))
    best, least = None, np.inf
    for _ in range(rounds):
        scale = np.sqrt(level) * weights
        c = np.linalg.lstsq(matrix * scale[:, None], values * scale, rcond=None)[0]
        error = abs(matrix @ c - values) * weights
        if error.max() < least:
            least, best = error.max(), c
        level = np.maximum(level * (error / error.max() + 1e-12), 1e-30)
        level /= level.sum()
    return best


def fit(name, f, low, high, degree, weight, lead=(), single=True):
    """Minimax polynomial of f(x) under `weight`; prints coefficients, the lowest power first."""
    x = chebyshev(low, high)
    y = np.array([float(f(mp.mpf(float(t)))) for t in x])
    w = np.array([float(weight(t)) for t in x])
    powers = np.vander(x, degree + 1, increasing=True)
    fixed = list(lead)
    if not single:
        fixed = list(lawson(powers, y, w, 600))
    while len(fixed) <= degree:
        k = len(fixed)
        c = lawson(powers[:, k:], y - powers[:, :k] @ np.array(fixed), w, 400 if k == 0 else 200)
        fixed.append(float(np.float32(c[0])))
    error = (abs(powers @ np.array(fixed) - y) * w).max()
    print(f"{name}: 2^{np.log2(error):.1f}")
    for k, c in enumerate(fixed):
        print(f"    x^{k}  {c:.10g}" if single else f"    x^{k}  {c:.17g}")


half_ln2 = float(mp.log(2) / 2) * 1.0002
fit("EXP_TAIL", lambda r: (mp.expm1(r) - r) / r**2 if abs(r) > 1e-6 else mp.mpf(1) / 2 + r / 6,
    -half_ln2, half_ln2, 4, lambda r: abs(r) / abs(np.expm1(r) / r), lead=[0.5])

s_max = float((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1))
fit("LOG_TAIL", lambda z: (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z, 1e-9, s_max**2 * 1.001, 2, lambda z: z)

q = float(mp.pi / 4) * 1.0005
fit("SIN_TAIL", lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, 1e-8, q * q, 2,
    lambda z: z / (np.sin(np.sqrt(z)) / np.sqrt(z)))
fit("COS_TAIL", lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, 1e-6, q * q, 2,
    lambda z: z * z / np.cos(np.sqrt(z)))

v = 0.125 * 1.0001
fit("SIN2PI_TAIL", lambda z: (mp.sin(2 * mp.pi * mp.sqrt(z)) / mp.sqrt(z) - 2 * mp.pi) / z, 1e-8, v * v, 2,
    lambda z: z / (np.sin(2 * np.pi * np.sqrt(z)) / np.sqrt(z)))
fit("COS2PI_TAIL", lambda z: (mp.cos(2 * mp.pi * mp.sqrt(z)) - 1) / z, 1e-8, v * v, 3, lambda z: z)

fit("ERF_SMALL", lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, 1e-9, 0.875**2, 5,
    lambda z: np.sqrt(z) / float(mp.erf(np.sqrt(z))))
fit("ERF_BIG", lambda t: -mp.log(mp.erfc(t)) / t, 0.875, 4.0, 5, lambda t: t * mp.erfc(t) / mp.erf(t))

def mills_over_s(s):
    """Upper tail of the normal distribution over e^(-x^2 / 2) and over s = 1 / (1 + 0.3 x)."""
    x = (1 / s - 1) / mp.mpf("0.3")
    return mp.erfc(x / mp.sqrt(2)) * mp.e ** (x * x / 2) / (2 * s)


def mills_weight(s):
    x = mp.mpf((1 / s - 1) / 0.3)
    return max(float(mp.erfc(x / mp.sqrt(2))), 2.0**-6) / float(mills_over_s(mp.mpf(s)))


fit("MILLS", mills_over_s, 1 / (1 + 0.3 * 11), 1, 7, mills_weight)


def normal_over_v(w):
    u = mp.sqrt(1 - mp.e ** -max(w, mp.mpf("1e-12")))
    return mp.sqrt(2) * mp.erfinv(u) / u


fit("NORMAL_INVERSE", normal_over_v, 0, float(-mp.log(1 - mp.erf(mp.sqrt(2)) ** 2)) * 1.0001, 7, lambda w: 0.8)

fit("LOG2_DOUBLES", lambda z: 2 / mp.log(2) * mp.atanh(mp.sqrt(z)) / mp.sqrt(z), 1e-12, s_max**2 * 1.0001, 5,
    lambda z: 1 / 2.885, single=False)
fit("EXP2_DOUBLES", lambda r: mp.mpf(2) ** r, -0.5001, 0.5001, 7, lambda r: 2.0**-r, single=False)
