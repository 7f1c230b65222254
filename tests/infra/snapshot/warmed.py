"""The interactions function as a snapshot could find it: with everything open and in use.

Two processes of this stand for two environments made of one snapshot, so what their random numbers
come from is the same in both. The events that open everything come in a file.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

from functions.interactions import handler as interactions


class Context:
    aws_request_id = "before the snapshot"


random.seed(0)
warming = [
    interactions.handler(event, Context())
    for event in json.loads(Path(os.environ["WARMING_EVENTS"]).read_text())
]


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer as the function does; tell what was said before the snapshot; or draw a number."""
    if "tell" in event:
        return warming
    if "draw" in event:
        return random.random()
    return interactions.handler(event, context)
