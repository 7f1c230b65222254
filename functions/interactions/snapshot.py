"""SnapStart: what a snapshot must not carry, and what no two environments made of it may share.

Lambda starts the function once, takes a snapshot of its memory, and makes every environment from
that, hours or weeks later (AWS Lambda docs, "Lambda SnapStart runtime hooks"). Connections are dead
by then, credentials have expired, and no clock has run in the meantime. Without SnapStart nobody
calls any of this.
"""

import random
from typing import TYPE_CHECKING

from fastapi import FastAPI
from snapshot_restore_py import register_after_restore, register_before_snapshot

from functions.interactions.app import forget_answers
from functions.shared import observability

if TYPE_CHECKING:
    from functions.interactions.parts import Parts
    from functions.shared.event_loop import EventLoop


def register(app: FastAPI, loop: "EventLoop") -> None:
    """Have Lambda's runtime call what follows at the right time."""
    register_before_snapshot(_before_snapshot, app, loop)
    register_after_restore(_after_restore, app)


def _before_snapshot(app: FastAPI, loop: "EventLoop") -> None:
    """Close every connection; each is opened again when it is first needed."""
    parts: Parts = app.state.parts
    loop.run(parts.close())
    forget_answers(app)


def _after_restore(app: FastAPI) -> None:
    """Begin as an environment of its own."""
    # Our own random numbers come from the system; those of libraries need not (botocore's delays).
    random.seed()
    parts: Parts = app.state.parts
    observability.announce_start(parts.environment)
