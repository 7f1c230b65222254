"""A blocking connection, for migrations and recovery: nothing that serves anybody waits so."""

from typing import Any, Final

import psycopg

from functions.shared import errors

_CONNECT_SECONDS: Final = 10
_SILENT_SECONDS: Final = 10
_PROBES: Final = 3


def connect(url: str, application_name: str) -> psycopg.Connection[Any]:
    """Connect as the functions do: libpq reads the URL, and a pooler may stand in between.

    Raises:
        DatabaseUnavailable: there is no connection to be had.
    """
    try:
        return psycopg.connect(
            url,
            prepare_threshold=None,
            application_name=application_name,
            connect_timeout=_CONNECT_SECONDS,
            # A server that is gone without a word is noticed (libpq docs, Connection Strings).
            keepalives_idle=_SILENT_SECONDS,
            keepalives_interval=_SILENT_SECONDS,
            keepalives_count=_PROBES,
        )
    except psycopg.Error as error:
        raise errors.DatabaseUnavailable(
            f"No connection to PostgreSQL within {_CONNECT_SECONDS} s: {str(error).strip()}; "
            "is DATABASE_URL right, and does the server accept connections from here?"
        ) from error
