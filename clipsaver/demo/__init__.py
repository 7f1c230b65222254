"""`make demo`: the whole main job on this machine, shown and checked step by step."""

from rich.console import Console

from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage
from clipsaver.demo.steps import STEPS
from clipsaver.emulator.samples import sample_world
from clipsaver.local import guard
from clipsaver.local.stack import LocalStack

__all__ = ["run"]


def run(console: Console) -> bool:
    """Run every step on a stack of its own; whether each outcome was as it should be.

    `.env` is not read, the variables of the environment that could point elsewhere are removed, and
    connections to other machines are refused.
    """
    guard.clean_environment()
    guard.arm()
    report = Report(console)
    with report.step("Start PostgreSQL, the local Discord and the functions"):
        stack = LocalStack(sample_world(), log_level="ERROR")
        stack.__enter__()
    try:
        report.table(
            "Local stack",
            ("part", "where"),
            [
                ("API (API Gateway, Lambda)", stack.gateway.url),
                ("Discord", stack.discord.url),
                ("PostgreSQL", f"{stack.postgres.version} on port {stack.postgres.port}"),
            ],
        )
        stage = Stage(stack)
        for step in STEPS:
            with report.step(step.__doc__ or step.__name__):
                step(stage, report)
    finally:
        stack.__exit__(None, None, None)
    return report.conclude()
