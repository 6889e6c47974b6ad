"""Prints golden.json: what other libraries say about the same counts.

Run by `make golden` in an environment with requirements.txt. Nothing here
follows driftd's code: each value is asked of a library, or, where none has it,
found numerically from its definition. Where two libraries have a value, both
must agree before it is written.
"""

import json
import sys
import warnings

import numpy
import pandas
import scipy
import sklearn
import statsmodels
from feature_engine import __version__ as feature_engine_version
from feature_engine.selection import DropHighPSIFeatures
from scipy import optimize, stats
from scipy.spatial import distance
from sklearn.metrics import mutual_info_score
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import test_proportions_2indep

warnings.filterwarnings("ignore")


def agree(what, a, b, relative=1e-9):
    if not numpy.allclose(a, b, rtol=relative, atol=1e-12):
        sys.exit(f"{what}: {a} and {b} differ")
    return a


def bins(name, reference, live):
    a, x = numpy.array(reference, float), numpy.array(live, float)
    n, m, size = a.sum(), x.sum(), a.sum() * x.sum() / (a.sum() + x.sum())
    p, q = a / n, x / m
    # Jeffreys' rule, then both Kullback-Leibler divergences.
    ps, qs = a + 0.5, x + 0.5
    psi = stats.entropy(ps, qs) + stats.entropy(qs, ps)
    # The Jensen-Shannon divergence is the information that the bin gives about
    # the side when both sides weigh the same.
    js = distance.jensenshannon(p, q, base=2)
    if n * m < 1e9:  # scikit-learn's integers overflow beyond
        agree("jensen-shannon", js**2 * numpy.log(2), mutual_info_score(None, None, contingency=numpy.array([a * m, x * n])), 1e-8)
    table = numpy.array([a, x])
    chi2, p_chi2, df, _ = stats.chi2_contingency(table, correction=False)
    agree("chi-square", chi2, Table(table, shift_zeros=False).test_nominal_association().statistic)
    hellinger = distance.euclidean(numpy.sqrt(p), numpy.sqrt(q)) / numpy.sqrt(2)
    effect = lambda scale, d, t: float(stats.ncx2.sf(size * scale * d, df, size * scale * t))
    return {
        "name": name, "reference": reference, "live": live,
        "psi": psi, "js": js, "hellinger": hellinger,
        "chi2": numpy.sqrt(chi2 / size), "statistic": chi2, "p": p_chi2,
        "tv": distance.cityblock(p, q) / 2, "linf": distance.chebyshev(p, q),
        # Only where no bin is so rare that it would be pooled.
        "pooled": bool((a * m / n).min() < 5),
        "effects": {
            "psi": effect(1, psi, 0.02), "chi2": effect(1, chi2 / size, 0.1**2),
            "js": effect(8 * numpy.log(2), js**2, 0.05**2), "hellinger": effect(8, hellinger**2, 0.05**2),
        },
    }


def sample(name, reference, live):
    low, high = min(reference), max(reference)
    clamped = numpy.clip(live, low, high)
    return {
        "name": name, "reference": reference, "live": live,
        "ks": stats.ks_2samp(reference, live).statistic, "p": stats.ks_2samp(reference, live, method="exact").pvalue,
        "wasserstein": stats.wasserstein_distance(reference, clamped) / numpy.std(reference),
        "unclamped": stats.wasserstein_distance(reference, live) / numpy.std(reference),
    }


def false_discoveries(p):
    bh = stats.false_discovery_control(p, method="bh")
    agree("BH", bh, multipletests(p, method="fdr_bh")[1])
    return {"p": p, "bh": list(bh)}


def rise(x, n, y, m, margin):
    """Likelihood ratio of q <= p + margin, half a row off for continuity."""
    y_half = max(0, y - 0.5)
    loss = lambda p: -(scipy.special.xlogy(x, p) + scipy.special.xlog1py(n - x, -p)
                       + scipy.special.xlogy(y_half, p + margin) + scipy.special.xlog1py(m - y_half, -p - margin))
    best = optimize.minimize_scalar(loss, bounds=(0, 1 - margin), method="bounded", options={"xatol": 1e-14})
    free = -(scipy.special.xlogy(x, x / n) + scipy.special.xlog1py(n - x, -x / n)
             + scipy.special.xlogy(y_half, y_half / m) + scipy.special.xlog1py(m - y_half, -y_half / m))
    root = numpy.sqrt(max(0, 2 * (best.fun - free))) * numpy.sign(y_half / m - x / n - margin)
    score = test_proportions_2indep(y, m, x, n, value=margin, method="score", compare="diff", alternative="larger", correction=False)
    return {"x": x, "n": n, "y": y, "m": m, "margin": margin, "p": stats.norm.sf(root), "score": score.pvalue}


def volume(weeks, now, tolerance):
    logs = numpy.log(numpy.array(weeks) + 0.5)
    d = numpy.log(now + 0.5) - logs.mean()
    scale = numpy.sqrt(max(logs.var(ddof=1), numpy.exp(-logs.mean())) * (1 + 1 / len(weeks)))
    t = stats.t(len(weeks) - 1)
    p = lambda by: min(1, t.sf((abs(d) - by) / scale) + t.sf((abs(d) + by) / scale))
    return {"weeks": weeks, "now": now, "tolerance": tolerance, "value": d, "p": p(0), "effect": p(tolerance)}


def feature_engine_psi():
    """0..9999 against the skewed i*i//10000, ten equal-frequency bins."""
    i = numpy.arange(10000)
    frame = pandas.DataFrame({"x": numpy.concatenate([i, i * i // 10000]).astype(float), "part": [0] * 10000 + [1] * 10000})
    selector = DropHighPSIFeatures(split_col="part", cut_off=0, bins=10, strategy="equal_frequency", variables=["x"])
    selector.fit(frame)
    return selector.psi_values_["x"]


rng = numpy.random.default_rng(20260101)
grid = lambda values: [round(float(v), 3) for v in values]
golden = {
    "versions": {
        "python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__, "feature-engine": feature_engine_version,
    },
    "bins": [
        bins("the six counts", [16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
        bins("deciles, moved a little", [10000] * 10, [90, 95, 98, 99, 100, 101, 101, 103, 105, 108]),
        bins("deciles, moved much", [10000] * 10, [10, 30, 50, 70, 90, 110, 130, 150, 170, 190]),
        bins("two bins", [700, 300], [500, 500]),
        bins("an empty bin", [500, 300, 200], [600, 400, 0]),
        bins("a new bin", [500, 300, 200, 0], [450, 270, 180, 100]),
        bins("nothing shared", [1000, 0], [0, 1000]),
        bins("equal", [500, 300, 200], [50, 30, 20]),
        bins("many rows", [10**9, 2 * 10**9, 3 * 10**9], [10**8, 2 * 10**8, 310**3]),
    ],
    "samples": [
        sample("shifted", grid(rng.normal(0, 1, 300)), grid(rng.normal(0.3, 1, 200))),
        sample("wider", grid(rng.normal(5, 2, 300)), grid(rng.normal(5, 4, 250))),
        sample("heavy tail", grid(rng.standard_t(2, 300)), grid(rng.standard_t(2, 250) * 1.5)),
        sample("few values", [float(v) for v in rng.integers(0, 5, 400)], [float(v) for v in rng.integers(0, 4, 300)]),
        sample("far beyond the range", grid(rng.uniform(0, 1, 250)), grid(rng.uniform(0, 1, 249)) + [1e9]),
        sample("whole numbers", [0.0, 1.0, 2.0] * 100, [1.0, 2.0, 2.0] * 100),
    ],
    "false_discoveries": [
        false_discoveries([.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1]),
        false_discoveries([.5]), false_discoveries([.04, .04, .04]), false_discoveries(grid(rng.uniform(0, 1, 40) ** 3)),
    ],
    "rises": [
        rise(*c) for c in [
            (0, 100000, 6, 200, .01), (0, 100000, 6, 200, 0), (1000, 100000, 30, 1000, .01), (1000, 100000, 60, 1000, .01),
            (50, 1000, 40, 400, .02), (50, 1000, 8, 400, 0), (5, 10, 9, 10, .1), (300, 1000, 1000, 1000, .01), (0, 300, 0, 300, 0),
            (20, 400, 20, 400, 0), (10**8, 10**10, 10**6, 9 * 10**7, .001), (990, 1000, 300, 300, .005),
        ]
    ],
    "volumes": [
        volume(*c) for c in [
            ([1000, 1100, 900, 1050, 980], 1020, .7), ([1000, 1100, 900, 1050, 980], 400, .7), ([1000, 1100, 900, 1050, 980], 0, .7),
            ([3, 0, 5, 2], 9, .7), ([0, 0, 0, 0], 0, .7), ([500] * 8, 5000, 0),
        ]
    ],
    "feature_engine_psi": feature_engine_psi(),
}


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple, numpy.ndarray)):
        return [plain(v) for v in x]
    x = x.item() if isinstance(x, numpy.generic) else x
    return None if x != x else x  # JSON has no NaN


def section(value):
    """One case a line, so that a change shows where it is."""
    if isinstance(value, list):
        return "[\n" + ",\n".join("  " + json.dumps(v, allow_nan=False) for v in value) + "\n ]"
    return json.dumps(value, allow_nan=False)


print("{\n" + ",\n".join(f" {json.dumps(k)}: {section(v)}" for k, v in plain(golden).items()) + "\n}")
