"""A bucket of moto's, on the wire."""

import logging
from types import TracebackType
from typing import Any, Final, Self

import botocore.session
from moto.server import ThreadedMotoServer

_REGION: Final = "us-east-1"


class Bucket:
    """An S3 API with one bucket, for as long as a `with` block lasts.

    Attributes:
        name: The bucket's.
        variables: What a function needs in its environment to reach it.
    """

    name: Final = "clip-backups"

    def __enter__(self) -> Self:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.variables = {
            "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": _REGION,
        }
        self._client: Any = botocore.session.get_session().create_client(
            "s3",
            region_name=_REGION,
            endpoint_url=f"http://{host}:{port}",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        self._client.create_bucket(Bucket=self.name)
        self.clear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()
        self._server.stop()

    def stored(self) -> list[str]:
        """What is in it."""
        found = self._client.list_objects_v2(Bucket=self.name)
        return [item["Key"] for item in found.get("Contents", ())]

    def read(self, key: str) -> bytes:
        """What was stored under a key."""
        content: bytes = self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def clear(self) -> None:
        """Empty it."""
        for key in self.stored():
            self._client.delete_object(Bucket=self.name, Key=key)
