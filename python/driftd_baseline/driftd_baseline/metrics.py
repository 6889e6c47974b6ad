"""Performance on labelled rows, with the intervals that driftd gives live ones."""

import numpy as np

Z95 = 1.959963984540054
FEW = 30  # rows (of each class, for the AUC) below which nothing is stated


def wilson(k, n):
    p, z2 = k / n, Z95 * Z95
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def stated(value, lower, upper, n):
    return {"value": float(value), "lower": float(lower), "upper": float(upper), "n": int(n)}


def normal(value, se, n):
    """The interval normal on the logit scale; None where it has no width there."""
    if not 0 < value < 1 or se == 0:
        return None
    logit, spread = np.log(value / (1 - value)), se / (value * (1 - value))
    lower, upper = (1 / (1 + np.exp(-(logit + sign * Z95 * spread))) for sign in (-1, 1))
    return stated(value, lower, upper, n)


def accuracy(correct):
    n = len(correct)
    if n < FEW:
        return None
    k = int(correct.sum())
    return stated(k / n, *wilson(k, n), n)


def midranks(x):
    _, at, n = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(n)
    return (last - (n - 1) / 2)[at]


def auc(score, positive):
    """AUC with DeLong's standard error, in the midrank form."""
    pos, neg = score[positive], score[~positive]
    p, n = len(pos), len(neg)
    if min(p, n) < FEW:
        return None
    ranks = midranks(np.concatenate([pos, neg]))
    v10 = (ranks[:p] - midranks(pos)) / n
    v01 = 1 - (ranks[p:] - midranks(neg)) / p
    se = np.sqrt(v10.var(ddof=1) / p + v01.var(ddof=1) / n)
    return normal(v10.mean(), se, p + n)


def brier(score, positive):
    n = len(score)
    if n < FEW:
        return None
    loss = (score - positive) ** 2
    return normal(loss.mean(), np.sqrt(loss.var(ddof=1) / n), n)
