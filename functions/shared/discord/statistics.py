"""What the client did since it was last asked to start counting anew."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Statistics:
    """Counts of one run.

    Attributes:
        requests: Requests sent, repeats included.
        retries: Repeats of a request that was rate limited or had no usable answer.
        rate_limited: 429 answers by scope: user, shared, global or cloudflare.
        unreachable: Requests that got no usable answer, or only 5xx, after all of their repeats.
        unauthorized: Requests that failed because the bot token is refused.
        latency_sum: Seconds between sending and the last byte, over all answers.
    """

    requests: int = 0
    retries: int = 0
    rate_limited: Counter[str] = field(default_factory=Counter)
    unreachable: int = 0
    unauthorized: int = 0
    latency_sum: float = 0.0

    def reset(self) -> None:
        """Start counting anew."""
        self.requests = self.retries = self.unreachable = self.unauthorized = 0
        self.rate_limited.clear()
        self.latency_sum = 0.0
