"""Prints golden.json: what scikit-learn, scipy and statsmodels say of the same rows.

Run by `make golden`. Nothing here follows driftd's code: values are asked of a library;
standard errors come from the variance of a mean, from midranks (scipy) or from what
scikit-learn answers when one row weighs a little more (the infinitesimal jackknife).
Weights are whole: a row of weight 3 stands for three.
"""

import json
import sys
import warnings

import numpy
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import confint_proportions_2indep

warnings.filterwarnings("ignore")


def jackknife(metric, weights):
    """The standard error of metric(weights): the root of the sum of its derivatives squared."""
    w, total = weights.astype(float), 0.0
    for i in numpy.flatnonzero(w):
        up, down = w.copy(), w.copy()
        up[i] += 1e-4
        down[i] -= 1e-4
        total += weights[i] * ((metric(up) - metric(down)) / 2e-4) ** 2
    return numpy.sqrt(total)


def delong(y, s):
    """Variance by midranks, of rows."""
    p, n = s[y == 1], s[y == 0]
    ranks = stats.rankdata(numpy.concatenate([p, n]))
    v10 = (ranks[: len(p)] - stats.rankdata(p)) / len(n)
    v01 = 1 - (ranks[len(p):] - stats.rankdata(n)) / len(p)
    return v10.var(ddof=1) / len(p) + v01.var(ddof=1) / len(n)


def binary(name, y, s, w, threshold=0.5):
    y, s, w = numpy.array(y), numpy.array(s, float), numpy.array(w)
    called = (s >= threshold).astype(int)
    rows, scores = numpy.repeat(y, w), numpy.repeat(s, w)
    case = {
        "name": name, "label": y, "score": s, "weight": w, "called": called,
        "accuracy": metrics.accuracy_score(y, called, sample_weight=w),
        "precision": metrics.precision_score(y, called, sample_weight=w, zero_division=numpy.nan),
        "recall": metrics.recall_score(y, called, sample_weight=w, zero_division=numpy.nan),
        "specificity": metrics.recall_score(y, called, pos_label=0, sample_weight=w, zero_division=numpy.nan),
        "f1": metrics.f1_score(y, called, sample_weight=w, zero_division=numpy.nan),
        "log_loss": metrics.log_loss(y, s, labels=[0, 1], sample_weight=w),
        "brier": metrics.brier_score_loss(y, s, sample_weight=w),
    }
    if y.any():
        case["average_precision"] = metrics.average_precision_score(y, s, sample_weight=w)
    if y.any() and not y.all():
        case["auc"] = metrics.roc_auc_score(y, s, sample_weight=w)
        case["delong"] = delong(rows, scores)
        case["f1_se"] = jackknife(lambda v: metrics.f1_score(y, called, sample_weight=v), w)
    losses = -numpy.log(numpy.clip(numpy.where(rows == 1, scores, 1 - scores), 1e-15, 1))
    case["log_loss_se"] = stats.sem(losses)
    return case


def calibration(name, y, s):
    """Rows of distinct scores in the middle of bins, ten groups of equally many."""
    share, score = calibration_curve(y, s, n_bins=10, strategy="quantile")
    n = len(y) / 10
    chance = numpy.mean([stats.halfnorm(scale=numpy.sqrt(p * (1 - p) / n)).mean() for p in score])
    distance = numpy.mean(abs(share - score))
    return {"name": name, "label": y, "score": s, "ece": max(0, distance - chance**2 / distance)}


def multiclass(name, y, called, w, scores):
    w = numpy.array(w)
    classes = sorted(set(y) | set(called))
    f1 = lambda average: lambda v: metrics.f1_score(y, called, average=average, sample_weight=v)
    auc = lambda average: metrics.roc_auc_score(numpy.repeat(y, w), numpy.repeat(scores, w, axis=0), multi_class="ovr", average=average)
    return {
        "name": name, "label": y, "called": called, "weight": w, "classes": classes, "scores": scores,
        "accuracy": metrics.accuracy_score(y, called, sample_weight=w),
        "macro_f1": f1("macro")(w), "macro_f1_se": jackknife(f1("macro"), w),
        "weighted_f1": f1("weighted")(w), "weighted_f1_se": jackknife(f1("weighted"), w),
        "macro_auc": auc("macro"), "weighted_auc": auc("weighted"),
    }


def regression(name, y, predicted, w):
    y, predicted, w = numpy.array(y, float), numpy.array(predicted, float), numpy.array(w)
    rows, e = numpy.repeat(y, w), numpy.repeat(predicted - y, w)
    divisible = abs(y) >= 1e-9
    return {
        "name": name, "y": y, "predicted": predicted, "weight": w,
        "mae": metrics.mean_absolute_error(y, predicted, sample_weight=w), "mae_se": stats.sem(abs(e)),
        "rmse": metrics.root_mean_squared_error(y, predicted, sample_weight=w),
        "rmse_se": jackknife(lambda v: metrics.root_mean_squared_error(y, predicted, sample_weight=v), w),
        "mape": metrics.mean_absolute_percentage_error(y[divisible], predicted[divisible], sample_weight=w[divisible]),
        "mape_rows": w[divisible].sum(),
        "r2": metrics.r2_score(y, predicted, sample_weight=w),
        "r2_se": jackknife(lambda v: metrics.r2_score(y, predicted, sample_weight=v), w),
        "bias": e.mean(), "bias_se": stats.sem(e),
    }


def difference(a, n, b, m):
    low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
    return {"a": a, "n": n, "b": b, "m": m, "lower": low, "upper": high}


rng = numpy.random.default_rng(20260102)


def drawn(n, share, digits):
    y = (rng.uniform(size=n) < share).astype(int)
    return y, numpy.round(1 / (1 + numpy.exp(1 - 1.5 * y - rng.normal(size=n))), digits)


def spread(step, truth):
    s = (numpy.arange(0, 1000, step) + 0.5) / 1000
    return (rng.uniform(size=len(s)) < truth(s)).astype(int), s


def classified(n, classes):
    """Scores are probabilities with few digits, and the class is the likeliest."""
    y = rng.choice(len(classes), n, p=numpy.arange(len(classes), 0, -1) / numpy.arange(1, len(classes) + 1).sum())
    scores = numpy.exp(rng.normal(size=(n, len(classes))) + 1.5 * numpy.eye(len(classes))[y])
    scores /= scores.sum(axis=1, keepdims=True)
    return [classes[i] for i in y], [classes[i] for i in scores.argmax(axis=1)], rng.integers(1, 4, n), scores


def predicted(n, origin, spread):
    y = origin + spread * rng.normal(size=n)
    return y, y + spread * (0.1 + 0.4 * rng.standard_t(5, size=n)), rng.integers(1, 4, n)


golden = {
    "versions": {
        "python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__,
    },
    "binary": [
        binary("four rows", [0, 0, 1, 1], [.1, .4, .35, .8], [1] * 4),
        binary("placements", [1] * 4 + [0] * 5, [.9, .8, .8, .4, .7, .4, .3, .2, .1], [1] * 9),
        binary("log loss", [1, 0, 0, 1], [.9, .1, .2, .65], [1] * 4),
        binary("brier", [0, 1, 1, 0], [.1, .9, .8, .3], [1] * 4),
        binary("all scores equal", [0, 1, 0, 1, 0], [.5] * 5, [1, 2, 3, 1, 2]),
        binary("perfect", [0, 0, 1, 1], [0, 0, 1, 1], [5, 1, 2, 3]),
        binary("all wrong", [0, 0, 1, 1], [1, .9, 0, .1], [1, 1, 1, 1]),
        binary("only positives", [1, 1, 1], [.2, .7, .9], [1, 2, 1]),
        binary("only negatives", [0, 0, 0], [.2, .7, .9], [1, 2, 1]),
        binary("none called", [0, 1, 0], [.2, .1, .3], [4, 1, 1]),
        binary("distinct", *drawn(150, .3, 6), [1] * 150),
        binary("ties", *drawn(150, .3, 1), [1] * 150),
        binary("ties and weights", *drawn(120, .5, 1), rng.integers(1, 6, 120)),
        binary("rare", *drawn(200, .04, 2), rng.integers(1, 3, 200)),
    ],
    "calibration": [
        calibration("calibrated", *spread(5, lambda s: s)),
        calibration("too bold", *spread(5, lambda s: 0.25 + s / 2)),
    ],
    "multiclass": [
        multiclass("three", *classified(120, ["a", "b", "c"])),
        multiclass("six", *classified(300, ["a", "b", "c", "d", "e", "f"])),
    ],
    "regression": [
        regression("four rows", [3, -.5, 2, 7], [2.5, 0, 2, 8], [1] * 4),
        regression("a zero", [0, 1, 2, 4], [.5, 1, 1, 5], [2, 1, 1, 3]),
        regression("around zero", *predicted(80, 0, 1)),
        regression("far from zero", *predicted(80, 10000000.2, .1)),
        regression("worse than the mean", [1, 2, 3], [3, 2, 0], [1, 1, 2]),
    ],
    "differences": [difference(*c) for c in [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (0, 10, 0, 10), (950, 1000, 930, 1000)]],
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
