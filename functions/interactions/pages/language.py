"""Which language a visitor reads. Pure."""

from collections.abc import Iterator, Sequence


def preferred(accept_language: str, available: Sequence[str]) -> str:
    """The available language that a browser likes best.

    Args:
        accept_language: The header, `de-AT,de;q=0.9,en;q=0.8` (RFC 9110, 12.5.4 Accept-Language).
        available: Language tags without a region; the first is for whoever reads none of them.
    """
    weights = dict(_weights(accept_language))
    return max(available, key=lambda language: weights.get(language, 0.0))


def _weights(accept_language: str) -> Iterator[tuple[str, float]]:
    """Each language with its weight, the dearest of its regions last."""
    ranges = [_range(part) for part in accept_language.split(",")]
    yield from sorted(ranges, key=lambda language_range: language_range[1])


def _range(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    language = tag.strip().partition("-")[0].lower()
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return language, 1.0
    try:
        return language, float(value)
    except ValueError:
        return language, 0.0
