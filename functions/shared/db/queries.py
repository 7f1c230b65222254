"""The SQL of this package, kept as SQL: one `<noun>.sql` per noun, each query under its name.

-- select_guild
-- Why somebody would ask.
SELECT ... WHERE guild_id = %(guild_id)s;
"""

import re
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

_NAME: Final = re.compile(r"^-- ([a-z_]+)\n", re.MULTILINE)
_FOLDER: Final = Path(__file__).parent


class Query(NamedTuple):
    """A statement and the name under which logs and metrics speak of it."""

    name: str
    sql: bytes


@cache
def load(noun: str, folder: Path = _FOLDER) -> MappingProxyType[str, Query]:
    """The queries of `<noun>.sql`, by name; in this package unless another folder is given."""
    text = (folder / f"{noun}.sql").read_text(encoding="utf-8")
    _, *pieces = _NAME.split(text)
    named = zip(pieces[::2], pieces[1::2], strict=True)
    return MappingProxyType({name: Query(name, sql.strip().encode()) for name, sql in named})
