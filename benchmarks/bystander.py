"""Somebody who uses the same table meanwhile, and notes how long everything takes them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, LiteralString, Self

import psycopg

_PAUSE_SECONDS: Final = 0.002
"""Between two rounds: often enough to meet nearly every batch."""

_INSERT: Final = "INSERT INTO install_intents (state) VALUES ('inserted meanwhile ' || %s)"
_UPDATE: Final = (
    "UPDATE install_intents SET expires_at = now() + interval '1 hour' WHERE state = %s"
)
_OLDEST: Final = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8
    FROM pg_stat_activity
    WHERE application_name = %s
"""


class Bystander:
    """Inserts and updates fresh intents, and watches the purge, until the block ends.

    Attributes:
        inserted: Intents inserted so far.
        longest_insert: Seconds that the slowest insert took.
        longest_update: Seconds that the slowest update of a fresh intent took.
        longest_transaction: The greatest age in seconds at which a transaction of the purge was
            seen: it has held its locks no longer than that.
    """

    def __init__(self, database_url: str, updated_state: str, watched: str) -> None:
        self.inserted = 0
        self.longest_insert = 0.0
        self.longest_update = 0.0
        self.longest_transaction = 0.0
        self._updated_state = updated_state
        self._watched = watched
        self._is_over = threading.Event()
        self._connection = psycopg.connect(database_url, autocommit=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bystander")

    def __enter__(self) -> Self:
        self._work_done = self._thread.submit(self._work)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.shutdown()
        self._connection.close()
        if kind is None:
            # An insert that failed is the end of the benchmark.
            self._work_done.result()

    def _work(self) -> None:
        while not self._is_over.wait(_PAUSE_SECONDS):
            took = self._timed(_INSERT, self.inserted)
            self.inserted += 1
            self.longest_insert = max(self.longest_insert, took)
            took = self._timed(_UPDATE, self._updated_state)
            self.longest_update = max(self.longest_update, took)
            row = self._connection.execute(_OLDEST, (self._watched,)).fetchone()
            self.longest_transaction = max(self.longest_transaction, row[0] if row else 0.0)

    def _timed(self, statement: LiteralString, parameter: object) -> float:
        started = time.perf_counter()
        self._connection.execute(statement, (parameter,))
        return time.perf_counter() - started
