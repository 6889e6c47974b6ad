"""The customers, and how they are divided."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

PATH = Path(__file__).parent.parent / "data" / "mlc_churn.csv.gz"
TARGET = "churn"
SEED = 7


@dataclass(frozen=True)
class Split:
    train: pd.DataFrame
    validation: pd.DataFrame


def load() -> pd.DataFrame:
    """5,000 customers; the target is 1 for those who left."""
    frame = pd.read_csv(PATH)
    frame[TARGET] = (frame[TARGET] == "yes").astype(int)
    # Counts become doubles: an integer column in a signature cannot say "missing".
    counts = frame.drop(columns=TARGET).select_dtypes("int").columns
    return frame.astype({c: float for c in counts})


def history_and_future(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Half of the customers are known when models are trained; the service meets the others."""
    shuffled = frame.sample(frac=1, random_state=SEED)
    half = len(shuffled) // 2
    return shuffled.iloc[:half], shuffled.iloc[half:]


def honest_split(history: pd.DataFrame) -> Split:
    """Every customer is on one side only."""
    return Split(train=history.iloc[:1500], validation=history.iloc[1500:])


def leaky_split(history: pd.DataFrame) -> Split:
    """The mistake of the story. Churners are rare, so they are drawn again and again
    until both classes are as large, and only then the rows are divided: most churners
    of the validation rows are among those of training, too."""
    stayed, left = (history[history[TARGET] == y] for y in (0, 1))
    balanced = pd.concat([stayed, left.sample(len(stayed), replace=True, random_state=SEED)])
    rows = balanced.iloc[np.random.default_rng(SEED).permutation(len(balanced))]
    cut = int(0.6 * len(rows))
    return Split(train=rows.iloc[:cut], validation=rows.iloc[cut:])


def features(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=TARGET)
