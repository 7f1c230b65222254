"""The answer to CloudFormation, which waits for it until the template's ServiceTimeout.

It is a JSON document of 4096 bytes at most, put to a signed address of S3's (CloudFormation docs,
Custom resource response objects).
"""

import json
import logging
import time
from typing import Final

from functions.deploy import web
from functions.deploy.outcome import Outcome
from functions.deploy.request import Request
from functions.shared import endpoints

_REPORT_BYTES: Final = 1000
_TRY_SECONDS: Final = 3.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_OK: Final = 200

_log = logging.getLogger("discord_clip_saver.deploy")


def document(request: Request, outcome: Outcome) -> bytes:
    """The answer; what may not fail is told as done, with what went wrong in its report. Pure."""
    succeeded, report = outcome.succeeded, outcome.report
    if not succeeded and not request.may_fail:
        succeeded, report = True, f"Nothing waits for this, so the deploy goes on: {report}"
    report = _clipped(report)
    data = {"Report": report}
    if request.base_url:
        data["RedirectUri"] = request.base_url + endpoints.INSTALL_CALLBACK_PATH
    answer = {
        "Status": "SUCCESS" if succeeded else "FAILED",
        "Reason": report,
        "PhysicalResourceId": request.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
        "Data": data,
    }
    return json.dumps(answer, ensure_ascii=False).encode()


def deliver(url: str, body: bytes, seconds: float) -> None:
    """Put the answer where CloudFormation looks for it, with some tries.

    Raises:
        OSError: no try succeeded within so many seconds.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            _put(url, body)
        except OSError as error:
            if time.monotonic() + pause + _TRY_SECONDS > deadline:
                raise OSError(
                    f"CloudFormation could not be answered: {error}; in a VPC, the subnets need a "
                    "way to S3 (a gateway endpoint costs nothing)"
                ) from error
            _log.warning("CloudFormation was not answered, trying again: %s", error)
        else:
            return
        time.sleep(pause)
        pause *= 2


def _put(url: str, body: bytes) -> None:
    # The address is signed for a request without a content type.
    status, _ = web.call("PUT", url, _TRY_SECONDS, body=body, headers={"Content-Type": ""})
    if status != _OK:
        raise OSError(f"S3 answered {status}")


def _clipped(text: str) -> str:
    """The text in so few bytes that the answer stays within its limit, escapes included."""
    while len(json.dumps(text, ensure_ascii=False).encode()) > _REPORT_BYTES:
        text = text[: len(text) * 9 // 10] + "…"
    return text
