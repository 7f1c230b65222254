"""What a benchmark found out: one number at a time, with what it is allowed to be."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["within", "over", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement.

    Attributes:
        what: What was measured.
        measured: The value, in `unit`.
        reference: What it is compared with, in the same unit; the ratio is then what is judged.
        compared_with: What the reference is, in a few words.
        budget: The most that the ratio, or without a reference the value, may be; None if nothing
            was promised.
    """

    what: str
    measured: float
    unit: str = ""
    reference: float | None = None
    compared_with: str = ""
    budget: float | None = None

    @property
    def ratio(self) -> float | None:
        """The measured value as a multiple of its reference."""
        return self.measured / self.reference if self.reference else None

    @property
    def verdict(self) -> Verdict:
        """Whether the budget is kept; empty where there is none."""
        if self.budget is None:
            return ""
        judged = self.measured if self.ratio is None else self.ratio
        return "within" if judged <= self.budget else "over"
