"""What came of a request."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

_LONGEST_REPORT: Final = 4096
"""CloudFormation takes no longer answers, and a pipe not much longer ones."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request.

    Attributes:
        succeeded: Whether the deploy may go on.
        report: What was done and what is left to do, or why it failed; sentences.
    """

    succeeded: bool
    report: str

    def to_json(self) -> str:
        """The outcome on its way from one process to another."""
        return json.dumps(asdict(replace(self, report=self.report[:_LONGEST_REPORT])))

    @classmethod
    def from_json(cls, text: str) -> "Outcome":
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is cut short, or nothing at all.
        """
        return cls(**json.loads(text))
