"""What can go wrong with the local stack; each message tells its reader what to do.

    LocalError
    ├── CannotBind       the port is taken, or may not be used
    ├── ForeignService   something is not on this machine, or was not started by this process
    ├── FunctionFailed   a function raised: what Lambda reports as a function error
    ├── MalformedResult  a function returned what API Gateway cannot answer with
    └── PostgresFailed   the embedded PostgreSQL could not be found, started or asked

The tree is apart from the product's own: code under test that recovers from its own errors must not
recover from these.
"""


class LocalError(Exception):
    """Base of the tree."""


class CannotBind(LocalError):
    """The HTTP server cannot have the port it was told to use."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Cannot bind to port {port}: something else uses it, or this user may not. "
            f"Choose another: make dev PORT={port + 1}"
        )
        self.port = port


class ForeignService(LocalError):
    """A Discord, a database or an address that this process did not start itself."""


class FunctionFailed(LocalError):
    """A function raised; the cause is what it raised.

    Attributes:
        error_type: Class name of the exception, Lambda's `errorType`.
        error_message: Its text, Lambda's `errorMessage`.
    """

    def __init__(self, function: str, cause: BaseException) -> None:
        self.error_type = type(cause).__name__
        self.error_message = str(cause)
        super().__init__(f"{function}: {self.error_type}: {self.error_message}")


class MalformedResult(LocalError):
    """A function returned what API Gateway cannot turn into a response."""


class PostgresFailed(LocalError):
    """The embedded PostgreSQL cannot be found or started, or refused a statement."""
