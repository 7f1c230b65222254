"""How long something is, as players show it. Pure."""

from typing import Final

_SECONDS: Final = 60
_MINUTES: Final = 60


def shown(seconds: float) -> str:
    """`0:07`, `12:30` or `1:02:03`."""
    minutes, rest = divmod(round(seconds), _SECONDS)
    hours, minutes = divmod(minutes, _MINUTES)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
