"""The work, in a process of its own.

CloudFormation must be answered even if a package does not load, memory runs out, or PostgreSQL
never says another word. Whoever answers therefore does nothing else, and can end what takes too
long; a thread would wake up in the middle of the next invocation.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from functions.deploy.outcome import Outcome

_ROOT: Final = Path(__file__).parents[2]
_MODULE: Final = "functions.deploy.task"
_GRACE_SECONDS: Final = 5.0
"""The work is told to end so much earlier, because it knows better what it was doing."""


def run(event: Mapping[str, Any], seconds: float) -> Outcome:
    """Do what the event asks for, or say why it was not done.

    Args:
        event: CloudFormation's request.
        seconds: After these, the process is killed.

    Raises:
        OSError: no process could be started.
    """
    order = json.dumps({"event": event, "seconds": seconds - _GRACE_SECONDS}).encode()
    reader, writer = os.pipe()
    with os.fdopen(reader) as told:
        try:
            # Its logs go where ours go.
            ended = subprocess.run(  # noqa: S603 -- our own module, in our own Python
                [sys.executable, "-m", _MODULE, str(writer)],
                cwd=_ROOT,
                input=order,
                pass_fds=[writer],
                timeout=max(0.0, seconds),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(
                succeeded=False,
                report=f"The deploy hook was not done within {seconds:.0f} s and was stopped; its "
                "log says how far it came, and another deploy goes on from there.",
            )
        finally:
            os.close(writer)
        return _outcome(told.read(), ended.returncode)


def _outcome(text: str, status: int) -> Outcome:
    try:
        return Outcome.from_json(text)
    except ValueError:
        return Outcome(
            succeeded=False,
            report=f"The deploy hook ended before its work was done (exit status {status}); its "
            "log says why.",
        )
