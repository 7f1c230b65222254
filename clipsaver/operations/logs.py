"""The logs of a deployed stack: CloudWatch's log groups `/clip-saver/STACK/FUNCTION`."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations.log_lines import LogLine, parse

_PREFIXES: Final = ("/clip-saver/{stack}/", "/aws/vendedlogs/clip-saver/{stack}/")
"""Functions, and the API (infra/template.yaml)."""
_LOOK_AGAIN_SECONDS: Final = 2.0
_LATE_LINES: Final = timedelta(seconds=30)
"""CloudWatch shows a line some seconds after it was written."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which lines are wanted.

    Attributes:
        stack: Whose.
        function: Of which function alone, or `api`; None for all.
        since: The oldest.
        text: What they hold as they are shown, letter by letter; empty for all.
    """

    stack: str
    function: str | None
    since: datetime
    text: str


def read(search: Search, region: str | None) -> Iterator[LogLine]:
    """The lines there are by now, newest last.

    Raises:
        NotDeployed: the stack has no such log.
        AwsError: AWS could not be asked, or refused.
    """
    with closing(aws.client("logs", region)) as client, aws.translated_errors():
        groups = _groups(client, search)
        yield from _lines(_events(client, groups, search.since), search.text)


def follow(search: Search, region: str | None) -> Generator[LogLine, None, None]:
    """The same, and then each further line as it comes; endless.

    Raises:
        NotDeployed: the stack has no such log.
        AwsError: AWS could not be asked, or refused.
    """
    with closing(aws.client("logs", region)) as client, aws.translated_errors():
        groups = _groups(client, search)
        seen: dict[str, datetime] = {}
        since = search.since
        while True:
            now = datetime.now(since.tzinfo)
            found = _events(client, groups, since)
            new = [each for each in found if each.identity not in seen]
            yield from _lines(new, search.text)
            since = max(since, now - _LATE_LINES)
            seen |= {each.identity: now for each in found}
            seen = {identity: at for identity, at in seen.items() if at >= since - _LATE_LINES}
            time.sleep(_LOOK_AGAIN_SECONDS)


def mentioning(
    client: Any,  # noqa: ANN401 -- see aws.client
    search: Search,
) -> list[LogLine]:
    """The lines that hold an id, newest last; CloudWatch finds them by itself.

    Args:
        client: Of CloudWatch Logs.
        search: Names a function; its text is the id, as it stands in the JSON.

    Raises:
        AwsError: AWS could not be asked, or refused; or there is no such log.
    """
    group = _PREFIXES[0].format(stack=search.stack) + str(search.function)
    with aws.translated_errors():
        found = _events(client, [group], search.since, filterPattern=f'"{search.text}"')
    return list(_lines(found, ""))


@dataclass(frozen=True, slots=True)
class _Event:
    identity: str
    function: str
    milliseconds: int
    text: str


def _groups(client: Any, search: Search) -> list[str]:  # noqa: ANN401 -- see aws.client
    pages = client.get_paginator("describe_log_groups")
    found = [
        group["logGroupName"]
        for prefix in _PREFIXES
        for page in pages.paginate(logGroupNamePrefix=prefix.format(stack=search.stack))
        for group in page["logGroups"]
    ]
    wanted = [name for name in found if search.function in (None, _function(name))]
    if not wanted:
        known = ", ".join(map(_function, found)) or "none"
        raise aws.NotDeployed(
            f"Stack {search.stack} has no log of {search.function or 'any function'} in"
            f" {client.meta.region_name}; there are: {known}"
        )
    return wanted


def _function(group: str) -> str:
    return group.rpartition("/")[2]


def _events(
    client: Any,  # noqa: ANN401 -- see aws.client
    groups: Sequence[str],
    since: datetime,
    **options: str,
) -> list[_Event]:
    pages = client.get_paginator("filter_log_events")
    return [
        _Event(f"{group} {each['eventId']}", _function(group), each["timestamp"], each["message"])
        for group in groups
        for page in pages.paginate(
            logGroupName=group, startTime=round(since.timestamp() * 1000), **options
        )
        for each in page["events"]
    ]


def _lines(events: Sequence[_Event], text: str) -> Iterator[LogLine]:
    for each in sorted(events, key=lambda event: event.milliseconds):
        line = parse(each.function, each.milliseconds, each.text)
        # CloudWatch would look into the JSON, where quotation marks are written otherwise.
        if line is not None and text in line.rendered().plain:
            yield line
