"""What the client did since it was last asked to start counting anew."""

from collections import Counter
from dataclasses import dataclass, field, replace


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
        latency_max: The longest of them in seconds.
    """

    requests: int = 0
    retries: int = 0
    rate_limited: Counter[str] = field(default_factory=Counter)
    unreachable: int = 0
    unauthorized: int = 0
    latency_sum: float = 0.0
    latency_max: float = 0.0

    def record_latency(self, seconds: float) -> None:
        """Add the time that one answer took."""
        self.latency_sum += seconds
        self.latency_max = max(self.latency_max, seconds)

    def snapshot(self) -> "Statistics":
        """Return a copy that later requests leave alone."""
        return replace(self, rate_limited=self.rate_limited.copy())

    def reset(self) -> None:
        """Start counting anew."""
        self.requests = self.retries = self.unreachable = self.unauthorized = 0
        self.rate_limited.clear()
        self.latency_sum = self.latency_max = 0.0
