"""The steps of the demo, in order. Each does a part of the main job, shows it, and checks it."""

from collections.abc import Callable
from typing import Final

from clipsaver.demo import commands, installing, registration, syncing, upkeep
from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage

STEPS: Final[tuple[Callable[[Stage, Report], None], ...]] = (
    registration.register_commands,
    registration.verify_endpoint,
    syncing.sync_everything,
    syncing.sync_again,
    commands.use_status,
    installing.install,
    commands.sync_by_command,
    commands.change_settings,
    commands.save_clip,
    upkeep.purge_intents,
    upkeep.ask_ready,
)
