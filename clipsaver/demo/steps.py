"""The steps of the demo, in order. Each does a part of the main job, shows it, and checks it."""

from collections.abc import Callable
from typing import Final

from clipsaver.demo import (
    catalogue,
    commands,
    installing,
    own_clips,
    registration,
    scanning,
    syncing,
    upkeep,
)
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
    catalogue.find_clips,
    own_clips.hide_and_delete,
    own_clips.stop_saving,
    scanning.scan_history,
    upkeep.purge_intents,
    upkeep.ask_ready,
)
