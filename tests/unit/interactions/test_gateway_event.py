import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from mangum import Mangum
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from functions.interactions import gateway_event
from functions.shared import errors
from functions.shared.event_loop import EventLoop
from tests.events import files, signed


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await Response(message["body"])(scope, receive, send)


CONTEXT: Any = None


@pytest.fixture(scope="module")
def adapter() -> Iterator[Mangum]:
    # It would otherwise make an event loop that nobody closes.
    loop = EventLoop()
    yield Mangum(echo, lifespan="off")
    loop.close()
    asyncio.set_event_loop(None)


@pytest.mark.parametrize("name", ["http_api", "http_api_base64"])
def test_what_api_gateway_sends_is_readable(adapter: Mangum, name: files.LambdaEventName) -> None:
    assert gateway_event.is_readable(adapter, files.lambda_event(name), CONTEXT)


def test_a_request_without_a_body_is_readable(adapter: Mangum) -> None:
    assert gateway_event.is_readable(adapter, signed.get("/health"), CONTEXT)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": 1},
        {"body": [1]},
        {"body": "\ud800"},
        {"body": "e", "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
        {"headers": None},
        {"headers": {"host": "clips.example:port"}},
        {"headers": {"x-forwarded-port": "https"}},
        {"headers": {"user-agent": 1}},
        {"headers": {"user-agent": "\ud800"}},
        {"cookies": [1]},
        {"rawQueryString": None},
        {"rawQueryString": "\ud800"},
        {"requestContext": {}},
    ],
)
def test_what_the_adapter_would_fail_on_is_not(adapter: Mangum, changes: dict[str, Any]) -> None:
    event = files.lambda_event("http_api") | changes
    assert not gateway_event.is_readable(adapter, event, CONTEXT)
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        adapter(event, CONTEXT)


@pytest.mark.parametrize("name", ["scheduler", "sqs_batch", "direct_invocation"])
def test_what_is_no_request_is_an_error_that_says_so(
    adapter: Mangum, name: files.LambdaEventName
) -> None:
    with pytest.raises(errors.InvalidEvent, match="answers HTTP requests only"):
        gateway_event.is_readable(adapter, files.lambda_event(name), CONTEXT)
