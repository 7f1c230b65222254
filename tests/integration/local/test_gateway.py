"""API Gateway on this machine, spoken to by an HTTP client."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from clipsaver.local import errors
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment

HANDLER = """
import json, threading

def handler(event, context):
    return globals()[event["rawPath"].strip("/") or "echo"](event)

def echo(event):
    headers = {"Content-Type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(event)}

def binary(event):
    assert event["isBase64Encoded"]
    headers = {"content-type": "image/png"}
    return {"statusCode": 201, "headers": headers, "body": event["body"], "isBase64Encoded": True}

def cookies(event):
    return {"statusCode": 302, "headers": {"location": "/x"}, "cookies": ["a=1; Path=/", "b=2"]}

def text(event):
    return {"statusCode": 200, "body": "grüße"}

def empty(event):
    return {"statusCode": 204}

def plain(event):
    return {"ok": True}

def bad_status(event):
    return {"statusCode": "many"}

def bad_headers(event):
    return {"statusCode": 200, "headers": ["a"]}

def bad_base64(event):
    return {"statusCode": 200, "body": "?", "isBase64Encoded": True}

def fail(event):
    raise LookupError("a secret detail")

def thread(event):
    return threading.get_ident()
"""
MODULE = "function_behind_gateway"

NewEnvironment = Callable[[], LambdaEnvironment]


@pytest.fixture
def new_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewEnvironment:
    (tmp_path / f"{MODULE}.py").write_text(HANDLER)
    monkeypatch.syspath_prepend(str(tmp_path))
    return lambda: LambdaEnvironment("interactions", {}, module=MODULE)


@pytest.fixture
def gateway(new_environment: NewEnvironment) -> Iterator[Gateway]:
    with Gateway(new_environment) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url) as client:
        yield client


def event_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200
    event: dict[str, Any] = response.json()
    return event


def test_the_event_describes_the_request(client: httpx.Client, gateway: Gateway) -> None:
    event = event_of(
        client.get("/?guild=7&guild=8&q=a%20b&empty=", headers={"User-Agent": "agent"})
    )
    assert event["version"] == "2.0"
    assert event["routeKey"] == "$default"
    assert event["rawPath"] == "/"
    assert event["rawQueryString"] == "guild=7&guild=8&q=a%20b&empty="
    assert event["queryStringParameters"] == {"guild": "7,8", "q": "a b", "empty": ""}
    assert event["isBase64Encoded"] is False
    assert not event.keys() & {"body", "cookies"}
    context = event["requestContext"]
    assert context["http"] == {
        "method": "GET",
        "path": "/",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "agent",
    }
    assert context["domainName"] == "127.0.0.1"
    assert context["stage"] == "$default"
    assert context["timeEpoch"] > 1_700_000_000_000
    assert event["headers"]["host"] == f"127.0.0.1:{gateway.port}"
    assert event["headers"]["x-forwarded-proto"] == "http"
    assert event["headers"]["x-forwarded-port"] == str(gateway.port)
    assert event["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_the_domain_is_the_host_header_without_its_port(client: httpx.Client) -> None:
    with_port = client.get("/", headers={"Host": "clips.example:8000"})
    without = client.get("/", headers={"Host": "clips.example"})
    for response in (with_port, without):
        context = event_of(response)["requestContext"]
        assert context["domainName"] == "clips.example"
        assert context["domainPrefix"] == "clips"


def test_each_request_has_an_id_of_its_own(client: httpx.Client) -> None:
    ids = {event_of(client.get("/"))["requestContext"]["requestId"] for _ in range(2)}
    assert len(ids) == 2


def test_header_names_are_lower_case_and_repeated_values_joined(client: httpx.Client) -> None:
    event = event_of(client.get("/", headers=[("X-Tag", "a"), ("x-tag", "b")]))
    assert event["headers"]["x-tag"] == "a,b"
    assert "X-Tag" not in event["headers"]


def test_cookies_have_a_field_of_their_own(client: httpx.Client) -> None:
    event = event_of(client.get("/", headers={"Cookie": "state=abc; theme=dark"}))
    assert event["cookies"] == ["state=abc", "theme=dark"]
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "text/plain"]
)
def test_text_arrives_byte_for_byte_as_it_was_sent(client: httpx.Client, content_type: str) -> None:
    sent = '{ "name":  "grüße",\n"type":1}\n'
    event = event_of(client.post("/", content=sent, headers={"Content-Type": content_type}))
    assert event["isBase64Encoded"] is False
    assert event["body"] == sent


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("application/octet-stream", bytes(range(256))),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("", b"no type"),
        ("application/json", b"\xff\xfe not UTF-8"),
    ],
)
def test_everything_else_travels_as_base64_both_ways(
    client: httpx.Client, content_type: str, content: bytes
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    event = event_of(client.post("/", content=content, headers=headers))
    assert event["isBase64Encoded"] is True
    response = client.post("/binary", content=content, headers=headers)
    assert response.status_code == 201
    assert response.headers["content-type"] == "image/png"
    assert response.content == content


def test_a_path_arrives_decoded(client: httpx.Client) -> None:
    # The handler finds its own functions by the decoded path.
    assert client.get("/%65cho").json()["rawPath"] == "/echo"


def test_cookies_of_a_result_become_headers_of_their_own(client: httpx.Client) -> None:
    response = client.get("/cookies")
    assert response.status_code == 302
    assert response.headers["location"] == "/x"
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]


def test_text_without_a_type_is_plain_utf_8(client: httpx.Client) -> None:
    response = client.get("/text")
    assert response.text == "grüße"
    assert response.headers["content-type"] == "text/plain;charset=UTF-8"


def test_an_empty_result_has_no_body(client: httpx.Client) -> None:
    response = client.get("/empty")
    assert response.status_code == 204
    assert response.content == b""


def test_a_result_without_a_status_is_the_body(client: httpx.Client) -> None:
    response = client.get("/plain")
    assert response.status_code == 200
    assert response.json() == {"ok": True}
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["fail", "bad_status", "bad_headers", "bad_base64", "unknown"])
def test_a_function_that_fails_is_a_500_that_tells_nothing(
    client: httpx.Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = client.get(f"/{path}")
    assert response.status_code == 500
    assert response.json() == {"message": "Internal Server Error"}
    assert caplog.records[0].exc_info


def test_a_body_above_10_mb_never_reaches_the_function(client: httpx.Client) -> None:
    headers = {"Content-Type": "text/plain"}
    response = client.post("/fail", content=b"x" * 10_000_001, headers=headers)
    assert response.status_code == 413
    accepted = client.post("/", content=b"x" * 10_000_000, headers=headers)
    assert len(event_of(accepted)["body"]) == 10_000_000


def test_one_environment_takes_all_requests_by_default(gateway: Gateway) -> None:
    def thread(_: int) -> int:
        number: int = httpx.get(f"{gateway.url}/thread").json()
        return number

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(thread, range(8)))) == 1


def test_several_environments_take_requests_at_the_same_time(
    new_environment: NewEnvironment,
) -> None:
    meeting = threading.Barrier(2)

    def new() -> LambdaEnvironment:
        environment = new_environment()
        environment.invoke({"rawPath": "/plain"})
        vars(environment._module)["meet"] = lambda event: meeting.wait(5)
        return environment

    with Gateway(new, concurrency=2) as gateway, ThreadPoolExecutor(2) as threads:
        answers = threads.map(lambda _: httpx.get(f"{gateway.url}/meet"), range(2))
        assert sorted(answer.json() for answer in answers) == [0, 1]


def test_the_environments_end_with_the_gateway(new_environment: NewEnvironment) -> None:
    environment = new_environment()
    with Gateway(lambda: environment) as gateway:
        httpx.get(gateway.url)
    with pytest.raises(RuntimeError, match="shutdown"):
        environment.invoke({"rawPath": "/"})


def test_a_taken_port_says_how_to_choose_another(new_environment: NewEnvironment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.CannotBind) as caught, Gateway(new_environment, port=port):
            pass
    assert f"Cannot bind to port {port}" in str(caught.value)
    assert f"make dev PORT={port + 1}" in str(caught.value)


def test_the_port_is_free_again_afterwards(new_environment: NewEnvironment) -> None:
    with Gateway(new_environment) as first:
        httpx.get(first.url)
    with Gateway(new_environment, port=first.port) as second:
        assert json.loads(httpx.get(second.url).content)["rawPath"] == "/"
