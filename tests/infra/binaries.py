"""What the binaries of an artifact ask of the machine that loads them, read from their bytes."""

import re
import struct
from pathlib import Path
from typing import Final, NamedTuple

_MAGIC: Final = b"\x7fELF"
_MACHINE_OFFSET: Final = 18
_MACHINES: Final = {62: "x86_64", 183: "arm64"}
"""`e_machine` of the ELF header (System V ABI, EM_X86_64 and EM_AARCH64)."""
_GLIBC_SYMBOL: Final = re.compile(rb"\0GLIBC_(\d+)\.(\d+)")


class Binary(NamedTuple):
    """A shared library or a program.

    Attributes:
        path: Inside the artifact.
        machine: Its architecture, as Lambda calls it.
        glibc: The newest version of glibc that one of its symbols needs.
    """

    path: Path
    machine: str
    glibc: tuple[int, int]


def of(artifact: Path) -> list[Binary]:
    """Every binary of an artifact."""
    found = []
    for path in artifact.rglob("*"):
        if path.is_file() and (content := path.read_bytes()).startswith(_MAGIC):
            (machine,) = struct.unpack_from("<H", content, _MACHINE_OFFSET)
            versions = [(int(a), int(b)) for a, b in _GLIBC_SYMBOL.findall(content)]
            name = _MACHINES.get(machine, str(machine))
            found.append(Binary(path.relative_to(artifact), name, max(versions, default=(0, 0))))
    return found
