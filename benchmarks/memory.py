"""The most memory that this process has ever used."""

import resource
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_KIBIBYTE: Final = 1024


def peak_bytes() -> int:
    """The largest resident set so far, in bytes."""
    if _STATUS.exists():
        # ru_maxrss would be the parent's at least: a new program inherits it.
        lines = _STATUS.read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return int(fields["VmHWM"].split()[0]) * _KIBIBYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
