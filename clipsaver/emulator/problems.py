"""The errors that Discord's API answers with (Discord docs, Opcodes and Status Codes)."""

from __future__ import annotations

from typing import Any, Final

UNKNOWN: Final[dict[str, tuple[int, str]]] = {
    "application": (10002, "Unknown Application"),
    "channel": (10003, "Unknown Channel"),
    "guild": (10004, "Unknown Guild"),
    "member": (10007, "Unknown Member"),
    "message": (10008, "Unknown Message"),
    "role": (10011, "Unknown Role"),
    "user": (10013, "Unknown User"),
    "webhook": (10015, "Unknown Webhook"),
    "interaction": (10062, "Unknown interaction"),
    "command": (10063, "Unknown application command"),
    "command permissions": (10066, "Unknown application command permissions"),
}


class ApiError(Exception):
    """An error answer; raised anywhere below a route and written out by the API's front door.

    Attributes:
        status: HTTP status.
        body: The whole JSON body.
    """

    def __init__(self, status: int, message: str, code: int = 0, **more: object) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code, **more}


def unauthorized() -> ApiError:
    """A missing or wrong token."""
    return ApiError(401, "401: Unauthorized")


def not_found() -> ApiError:
    """No such route."""
    return ApiError(404, "404: Not Found")


def unknown(what: str) -> ApiError:
    """Something of a known kind that does not exist, or no longer does."""
    code, message = UNKNOWN[what]
    return ApiError(404, message, code)


def missing_access() -> ApiError:
    """The bot is not where it is, or cannot see it."""
    return ApiError(403, "Missing Access", 50001)


def missing_permissions() -> ApiError:
    """The bot sees it, but may not do that."""
    return ApiError(403, "Missing Permissions", 50013)


class FormErrors:
    """Collects what is wrong with a request, field by field, into Discord's error tree."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def __bool__(self) -> bool:
        return bool(self._tree)

    def add(self, path: str, code: str, message: str) -> None:
        """Note one error.

        Args:
            path: The field, with dots between the steps; empty for the request as a whole.
            code: Discord's validation code, such as `BASE_TYPE_REQUIRED`.
            message: Its text.
        """
        node = self._tree
        for step in path.split(".") if path else ():
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def required(self, path: str) -> None:
        """A field that must be there is not."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def length(self, path: str, value: object, low: int, high: int) -> None:
        """Check the length of a string or list, when it is there."""
        if isinstance(value, str | list) and not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def error(self) -> ApiError:
        """Everything noted, as the answer."""
        return ApiError(400, "Invalid Form Body", 50035, errors=self._tree)

    def check(self) -> None:
        """Raise what was noted.

        Raises:
            ApiError: 400 with code 50035, when there is anything.
        """
        if self:
            raise self.error()


def invalid(path: str, code: str, message: str) -> ApiError:
    """A single validation error."""
    form = FormErrors()
    form.add(path, code, message)
    return form.error()
