"""The schedules of a stack, as EventBridge Scheduler has them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from clipsaver import aws
from clipsaver.schedules import runs

JOBS: Final = ("sync", "purge", "backup", "journal")
"""As infra/template.yaml names their schedules, behind the stack; the last two want a bucket."""
_ENABLED: Final = "ENABLED"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule.

    Attributes:
        name: That of the stack and of one of `JOBS`: `STACK-sync`.
        expression: `rate(...)` or `cron(...)`.
        zone: The time zone of a cron expression.
        state: `ENABLED` or `DISABLED`.
        changed_at: When a rate began to count.
    """

    name: str
    expression: str
    zone: ZoneInfo
    state: str
    changed_at: datetime

    def next_run(self, now: datetime) -> datetime | None:
        """When it fires next, in UTC; None if it does not.

        Raises:
            Unreadable: that cannot be computed from its expression.
        """
        if self.state != _ENABLED:
            return None
        return next(runs.following(self.expression, self.zone, now, self.changed_at), None)


def of_stack(stack: str, region: str | None) -> list[Schedule]:
    """Read what is deployed.

    Raises:
        NotDeployed: the stack has no schedule in this region.
        AwsError: AWS could not be asked, or refused.
    """
    with closing(aws.client("scheduler", region)) as scheduler:
        found = list(_read(scheduler, stack))
        if not found:
            names = ", ".join(f"{stack}-{job}" for job in JOBS)
            raise aws.NotDeployed(
                f"There is none of the schedules {names} in {scheduler.meta.region_name}:"
                " are --stack and --region right, and is the stack deployed?"
            )
    return found


def _read(scheduler: Any, stack: str) -> Iterator[Schedule]:  # noqa: ANN401 -- see aws.client
    for job in JOBS:
        with aws.translated_errors():
            try:
                answer = scheduler.get_schedule(Name=f"{stack}-{job}")
            except scheduler.exceptions.ResourceNotFoundException:
                continue
        yield Schedule(
            name=answer["Name"],
            expression=answer["ScheduleExpression"],
            zone=ZoneInfo(answer.get("ScheduleExpressionTimezone", "UTC")),
            state=answer["State"],
            changed_at=answer["LastModificationDate"],
        )
