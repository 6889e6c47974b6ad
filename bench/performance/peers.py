"""AUC with DeLong's variance of scored rows, by scikit-learn and NumPy.

usage: peers.py SCORES.f64 LABELS.u8 > peers.json

Reading the files is not timed. DeLong's variance is not in scikit-learn: it is
computed by midranks, as in Sun & Xu (2014), with NumPy.
"""

import json
import resource
import sys
import time
from importlib.metadata import version

import numpy as np
from sklearn.metrics import roc_auc_score


def midranks(x):
    """Ranks from 1, of equal values their mean."""
    order = np.argsort(x, kind="mergesort")
    values = x[order]
    first = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    last = np.r_[first[1:], len(x)]
    ranks = np.empty(len(x))
    ranks[order] = np.repeat((first + last + 1) / 2, last - first)
    return ranks


def delong(score, label):
    """The AUC and its variance."""
    positive, negative = score[label], score[~label]
    m, n = len(positive), len(negative)
    both = midranks(np.r_[positive, negative])
    auc = both[:m].sum() / m / n - (m + 1) / 2 / n
    v10 = (both[:m] - midranks(positive)) / n
    v01 = 1 - (both[m:] - midranks(negative)) / m
    return auc, v10.var(ddof=1) / m + v01.var(ddof=1) / n


def timed(measure, *args):
    began = time.perf_counter()
    return measure(*args), time.perf_counter() - began


def main(scores_path, labels_path):
    score = np.fromfile(scores_path, dtype=np.float64)
    label = np.fromfile(labels_path, dtype=np.uint8).astype(bool)
    auc, area_seconds = timed(roc_auc_score, label, score)
    (own, variance), delong_seconds = timed(delong, score, label)
    json.dump(
        {
            "versions": {name: version(name) for name in ("scikit-learn", "numpy")},
            "auc": auc,
            "auc_by_ranks": own,
            "variance": variance,
            "seconds": {"roc_auc_score": area_seconds, "delong": delong_seconds},
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
        },
        sys.stdout,
        indent=1,
    )


main(*sys.argv[1:])
