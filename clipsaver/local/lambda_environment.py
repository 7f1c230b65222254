"""A function run in this process, as Lambda runs it.

What Lambda calls an execution environment lives in one thread here: it imports the handler once, at
the first invocation (the cold start), and takes one invocation at a time after that. The event loop
that a handler makes is therefore the same at each invocation, and never another function's.

Unlike Lambda's, its time runs out without consequences: a thread cannot be killed.
"""

import importlib
import json
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import ModuleType, TracebackType
from typing import Any, Final, Self

from clipsaver.local import errors, process_environment

_ARN: Final = "arn:aws:lambda:us-east-1:123456789012:function:"
_VERSION: Final = "$LATEST"
_MILLISECONDS: Final = 1000

_importing: Final = threading.Lock()
"""Held from dropping a module until it is imported again, so that two cold starts never share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a handler learns of its invocation (AWS Lambda docs, Python context object)."""

    function_name: str
    memory_limit_in_mb: str
    deadline: float
    """When time is up, on the monotonic clock, in seconds."""
    function_version: str = _VERSION
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN, in an account that does not exist."""
        return _ARN + self.function_name

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the invocation; 0 from then on."""
        return max(0, int((self.deadline - time.monotonic()) * _MILLISECONDS))


class LambdaEnvironment:
    """One warm execution environment of one function; also a context manager that closes it.

    Args:
        function: The name of a folder of `functions`, `sync` say.
        variables: The contract variables that the function sees; all others are absent.
        module: The module of the handler, by default `functions.<function>.handler`.
        timeout_seconds: The time that the context counts down from.
        memory_mb: The memory that the context tells of.
    """

    def __init__(
        self,
        function: str,
        variables: Mapping[str, str],
        *,
        module: str | None = None,
        timeout_seconds: float = 30,
        memory_mb: int = 512,
    ) -> None:
        self.function = function
        self.variables = dict(variables)
        self._module_name = module or f"functions.{function}.handler"
        self._timeout_seconds = timeout_seconds
        self._memory_mb = memory_mb
        self._module: ModuleType | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"lambda-{function}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def invoke(self, event: Any) -> Any:  # noqa: ANN401 - any JSON, as for Lambda
        """Invoke the function and wait for its result; both travel as JSON.

        Time spent waiting for an earlier invocation does not count against this one.

        Raises:
            FunctionFailed: The import or the handler raised, or the result is not JSON.
        """
        return json.loads(self._thread.submit(self._run, json.dumps(event)).result())

    def close(self) -> None:
        """End the environment: the handler module's `close()`, if it has one, then the thread.

        Lambda freezes and forgets environments; a process that goes on wants its sockets back.
        """
        self._thread.submit(self._close_module).result()
        self._thread.shutdown()

    def _run(self, payload: str) -> str:
        with process_environment.THIS_PROCESS.lend(self.variables):
            try:
                self._module = self._module or _imported_afresh(self._module_name)
                return json.dumps(self._module.handler(json.loads(payload), self._context()))
            except BaseException as error:
                # SystemExit, too, must end the function and not the process around it.
                raise errors.FunctionFailed(self.function, error) from error

    def _context(self) -> Context:
        return Context(
            function_name=self.function,
            memory_limit_in_mb=str(self._memory_mb),
            deadline=time.monotonic() + self._timeout_seconds,
        )

    def _close_module(self) -> None:
        close = getattr(self._module, "close", None)
        if close:
            with process_environment.THIS_PROCESS.lend(self.variables):
                close()


def _imported_afresh(name: str) -> ModuleType:
    """A new copy of one module; what it imports stays as it is."""
    with _importing:
        sys.modules.pop(name, None)
        return importlib.import_module(name)
