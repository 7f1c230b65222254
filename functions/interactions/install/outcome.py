"""How an install can end, each with a page of its own."""

from enum import Enum
from http import HTTPStatus
from typing import Final


class Outcome(Enum):
    """An end of an install."""

    INSTALLED = "installed"
    FINISHED_ELSEWHERE = "finished elsewhere"
    """The same callback was called twice at once, and the other call did the work."""
    INCOMPLETE_LINK = "incomplete link"
    OTHER_BROWSER = "other browser"
    DENIED = "denied"
    REFUSED_BY_DISCORD = "refused by Discord"
    USED = "used"
    EXPIRED = "expired"
    CODE_REFUSED = "code refused"
    NO_SERVER = "no server"
    BOT_ABSENT = "bot absent"
    NOT_A_MANAGER = "not a manager"
    DISCORD_DOWN = "Discord down"
    DATABASE_DOWN = "database down"
    NOT_SET_UP = "not set up"
    PAUSED = "paused"

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status of its page."""
        return _STATUSES[self]

    @property
    def is_good(self) -> bool:
        """Whether the bot is where it was wanted."""
        return self.status is HTTPStatus.OK


_STATUSES: Final = {
    Outcome.INSTALLED: HTTPStatus.OK,
    Outcome.FINISHED_ELSEWHERE: HTTPStatus.OK,
    Outcome.INCOMPLETE_LINK: HTTPStatus.BAD_REQUEST,
    Outcome.OTHER_BROWSER: HTTPStatus.FORBIDDEN,
    Outcome.DENIED: HTTPStatus.FORBIDDEN,
    Outcome.REFUSED_BY_DISCORD: HTTPStatus.BAD_REQUEST,
    Outcome.USED: HTTPStatus.GONE,
    Outcome.EXPIRED: HTTPStatus.GONE,
    Outcome.CODE_REFUSED: HTTPStatus.BAD_REQUEST,
    Outcome.NO_SERVER: HTTPStatus.BAD_REQUEST,
    Outcome.BOT_ABSENT: HTTPStatus.CONFLICT,
    Outcome.NOT_A_MANAGER: HTTPStatus.FORBIDDEN,
    Outcome.DISCORD_DOWN: HTTPStatus.BAD_GATEWAY,
    Outcome.DATABASE_DOWN: HTTPStatus.SERVICE_UNAVAILABLE,
    Outcome.NOT_SET_UP: HTTPStatus.SERVICE_UNAVAILABLE,
    Outcome.PAUSED: HTTPStatus.SERVICE_UNAVAILABLE,
}
