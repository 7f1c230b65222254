"""The queues of deferred work, locally: a real SQS API (moto's), and what Lambda does with them.

with JobQueueServer() as queue:
    with EventSource(queue, jobs_environment):
        ...                     # messages reach the function, failures come back
"""

import contextlib
import logging
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import botocore.session
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer

from clipsaver.local import errors
from clipsaver.local.lambda_environment import LambdaEnvironment

_REGION: Final = "us-east-1"
_HOST: Final = "127.0.0.1"
_JOBS: Final = "jobs"
_SCANS: Final = "scans"
MOST_RECEIVES: Final = 5
"""After as many failures a message goes to the dead-letter queue, as in infra/template.yaml."""
_RETRY_SECONDS: Final = 1
"""On AWS a failed message comes back after six times the function's timeout; here nobody waits."""
_POLL_SECONDS: Final = 1
_BATCH_SIZE: Final = 10


class JobQueueServer:
    """An SQS API with the jobs queue, the scan queue, and their dead-letter queue.

    Attributes:
        url: The jobs queue.
        scan_url: The scan function's queue.
        dead_letter_url: Where messages end that failed too often.
        variables: What a function needs in its environment to reach them.
    """

    def __enter__(self) -> Self:
        # Its server would print a line for every poll.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address=_HOST, port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.variables: Mapping[str, str] = {
            "AWS_ENDPOINT_URL_SQS": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": _REGION,
        }
        self.client = _client(f"http://{host}:{port}")
        self.dead_letter_url = self._create("dead-letters", {})
        arn = self._attribute(self.dead_letter_url, "QueueArn")
        policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "{MOST_RECEIVES}"}}'
        rules = {"RedrivePolicy": policy, "VisibilityTimeout": str(_RETRY_SECONDS * 60)}
        self.url, self.scan_url = (self._create(name, rules) for name in (_JOBS, _SCANS))
        self.variables = {
            **self.variables,
            "JOBS_QUEUE_URL": self.url,
            "SCAN_QUEUE_URL": self.scan_url,
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.client.close()
        self._server.stop()

    def dead_letters(self) -> int:
        """How many messages failed too often."""
        return int(self._attribute(self.dead_letter_url, "ApproximateNumberOfMessages"))

    def _create(self, name: str, attributes: Mapping[str, str]) -> str:
        # All of moto's servers in a process have the same queues.
        own = f"{name}-{self._server.get_host_and_port()[1]}"
        created = self.client.create_queue(QueueName=own, Attributes=attributes)
        return str(created["QueueUrl"])

    def _attribute(self, url: str, name: str) -> str:
        found = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return str(found["Attributes"][name])


class EventSource:
    """Lambda's event source mapping: polls a queue and invokes the function with batches.

    Args:
        queue: The server.
        environment: The function.
        url: The queue; the jobs queue by default.
    """

    def __init__(
        self, queue: JobQueueServer, environment: LambdaEnvironment, url: str | None = None
    ) -> None:
        self._url = url or queue.url
        self._environment = environment
        self._client = _client(str(queue.variables["AWS_ENDPOINT_URL_SQS"]))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="event-source")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _poll(self) -> None:
        while not self._stop.is_set():
            received = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH_SIZE,
                WaitTimeSeconds=_POLL_SECONDS,
                AttributeNames=["All"],
            )
            if messages := received.get("Messages"):
                self._deliver(messages)

    def _deliver(self, messages: list[dict[str, Any]]) -> None:
        """Invoke the function; what it does not name as failed is done with."""
        try:
            result = self._environment.invoke({"Records": [_record(each) for each in messages]})
        except errors.FunctionFailed:
            failed = {message["MessageId"] for message in messages}
        else:
            failed = {item["itemIdentifier"] for item in result["batchItemFailures"]}
        for message in messages:
            handle = {"QueueUrl": self._url, "ReceiptHandle": message["ReceiptHandle"]}
            gone = self._client.exceptions
            # Whoever emptied the queue meanwhile has taken the message along.
            with contextlib.suppress(gone.ReceiptHandleIsInvalid, gone.MessageNotInflight):
                if message["MessageId"] in failed:
                    self._client.change_message_visibility(
                        **handle, VisibilityTimeout=_RETRY_SECONDS
                    )
                else:
                    self._client.delete_message(**handle)


def _client(endpoint: str) -> BaseClient:
    return botocore.session.get_session().create_client(
        "sqs",
        region_name=_REGION,
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 -- nobody checks it
    )


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as Lambda hands it over (AWS Lambda docs, Using Lambda with Amazon SQS)."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "awsRegion": _REGION,
    }
