"""What the database was asked since it was last asked to start counting anew."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Statistics:
    """Counts of one invocation.

    Attributes:
        connects: Connections that were opened.
        connect_seconds: How long that took, over all of them.
        unreachable: Connections that could not be opened.
        refused: Those of them where the login was refused.
        statements: Statements with a name of their own that were run.
        statement_seconds: How long they took, over all of them.
        slow: Statements above slow_statement_ms, by name.
    """

    connects: int = 0
    connect_seconds: float = 0.0
    unreachable: int = 0
    refused: int = 0
    statements: int = 0
    statement_seconds: float = 0.0
    slow: Counter[str] = field(default_factory=Counter)

    def reset(self) -> None:
        """Start counting anew."""
        self.connects = self.unreachable = self.refused = self.statements = 0
        self.connect_seconds = self.statement_seconds = 0.0
        self.slow.clear()
