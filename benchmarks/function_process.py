"""A function in a process of its own, as Lambda runs it, with what each invocation took.

Nothing is imported here that the function would not have by itself, because its memory counts.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks import child, memory
from clipsaver.local.lambda_environment import LambdaEnvironment


@dataclass(frozen=True, slots=True)
class Invocation:
    """How one invocation went.

    Attributes:
        result: What the function returned.
        seconds: How long it took.
        cpu_seconds: Processor time of the whole process meanwhile.
        peak_bytes: The most memory that the process has used up to its end.
    """

    result: dict[str, Any]
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def serve(
    pipe: Connection, function: str, variables: Mapping[str, str], timeout_seconds: float
) -> None:
    """In the child: invoke the function with each event that comes; answer with `Invocation`."""
    with LambdaEnvironment(function, variables, timeout_seconds=timeout_seconds) as environment:
        for event in child.requests(pipe):
            started, cpu_started = time.perf_counter(), time.process_time()
            result = environment.invoke(event)
            seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
            pipe.send(Invocation(result, seconds, cpu_seconds, memory.peak_bytes()))
