"""The mass-change breaker: when so much seems gone that the answer is more likely wrong. Pure."""


def trips(gone: int, known: int, *, share: float, minimum: int) -> bool:
    """Whether more is gone than both the share of what was known and the minimum."""
    return gone > minimum and gone > share * known


def explain(gone: int, known: int, what: str) -> str:
    """A sentence for whoever is woken by it."""
    return (
        f"{gone} of {known} {what} seem to be gone, which looks more like a fault than like the "
        "truth; nothing of it was written. If it is true, `clipsaver sync --force`, or run the sync"
        ' with {"force": true}.'
    )
