"""How fast the story goes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How long the parts of the story are, in days, and how many customers come a day."""

    alone: int  # v1 serves, nobody else is there
    shadow: int  # v2 scores in the shadow, unlabelled
    patience: int  # at most until v2 is taken back
    after: int
    maturity: int
    a_day: int


FULL = Pace(alone=7, shadow=7, patience=45, after=4, maturity=21, a_day=300)
SHORT = Pace(alone=1, shadow=1, patience=20, after=3, maturity=3, a_day=400)
