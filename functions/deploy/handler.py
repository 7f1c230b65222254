"""Lambda's entry point for the custom resources of a deploy: always an answer, whatever happens.

Nothing of the work is imported here, for an import can fail, too.
"""

import logging
from typing import Any, Final

from functions.deploy import answer, process
from functions.deploy.outcome import Outcome
from functions.deploy.request import Request

_ANSWER_SECONDS: Final = 15.0
"""What is kept of the function's time for the answer."""

_log = logging.getLogger("discord_clip_saver.deploy")


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401 -- Lambda's own
    """Do what CloudFormation asks for, and answer it."""
    request = Request.parse(event)
    seconds = context.get_remaining_time_in_millis() / 1000 - _ANSWER_SECONDS
    try:
        outcome = process.run(event, seconds)
    except Exception as error:  # noqa: BLE001 -- CloudFormation waits for an answer, whatever it is
        _log.exception("The work could not be started")
        outcome = Outcome(
            succeeded=False,
            report=f"The deploy hook could not start its work ({type(error).__name__}); its log "
            "says why.",
        )
    level = logging.INFO if outcome.succeeded else logging.ERROR
    _log.log(level, "%s of %s: %s", request.kind, request.logical_id, outcome.report)
    answer.deliver(request.response_url, answer.document(request, outcome), _ANSWER_SECONDS - 1)
