"""What the bot says, one module per language, each with every sentence.

`{named}` parts are filled in with `str.format`; the names are the same in every language.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

LANGUAGES: Final = ("en", "de")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every sentence, in one language. A sentence that is missing fails at import."""

    # Whatever the command
    servers_only: str
    needs_manage_server: str
    unknown_command: str
    outdated_component: str
    database_down: str
    paused: str
    being_updated: str
    not_set_up: str
    credentials_down: str
    went_wrong: str
    queue_down: str
    discord_down: str

    # /status
    status_title: str
    never_synced: str
    last_synced: str
    channels: str
    no_channels: str
    settings: str
    problems: str
    no_problems: str
    state_visible: str
    state_hidden: str
    state_archived: str
    state_deleted: str
    state_unknown: str
    read_for_clips: str
    running_scans: str
    setting_not_used: str
    problem_view: str
    problem_history: str
    problem_connect: str
    problem_age_restricted: str
    problem_more: str
    problem_message_content: str
    sync_now: str

    # /sync
    sync_done: str
    sync_no_changes: str
    sync_change: str
    kind_added: str
    kind_updated: str
    kind_returned: str
    kind_hidden: str
    kind_archived: str
    kind_deleted: str
    kind_unknown: str
    sync_held_back: str
    sync_too_soon: str
    sync_failed: str
    sync_left: str

    # /settings
    settings_title: str
    settings_of_channel: str
    settings_intro: str
    settings_choose: str
    settings_edit_title: str
    settings_empty_resets: str
    settings_from_default: str
    settings_from_guild: str
    settings_from_parent: str
    settings_from_channel: str
    settings_saved: str
    settings_reset: str
    settings_unchanged: str
    settings_undo: str
    settings_undone: str
    settings_nothing_to_undo: str
    settings_bad_number: str
    settings_bad_switch: str
    settings_bad_length: str
    settings_unknown_key: str
    settings_unknown_channel: str
    settings_last_change: str
    settings_by_operator: str
    setting_prefix: str
    setting_auto_scan: str
    setting_scan_nsfw: str
    setting_max_file_size_mb: str
    setting_keep_message_text: str
    setting_is_reading: str
    on: str
    off: str

    # Save clip
    clips_saved: str
    clips_known: str
    clip_not_a_video: str
    clip_too_large: str
    clip_none: str
    clips_buried: str
    clips_unwanted: str

    # /clips mine
    mine_title: str
    mine_count: str
    mine_none: str
    mine_not_saved: str
    mine_is_hidden: str
    mine_message: str
    mine_hide: str
    mine_show: str
    mine_delete: str
    mine_delete_all: str
    mine_export: str
    mine_opt_out: str
    mine_opt_in: str
    mine_leave: str
    mine_newer: str
    mine_older: str
    mine_back: str
    mine_ask_delete: str
    mine_ask_delete_all: str
    mine_ask_delete_newest: str
    mine_ask_opt_out: str
    mine_gone: str
    mine_hidden: str
    mine_shown: str
    mine_unchanged: str
    mine_deleted: str
    mine_deleted_in_part: str
    mine_opted_out: str
    mine_opted_in: str
    mine_exported: str
    mine_exported_in_part: str

    # /scan
    scan_offer_title: str
    scan_offer: str
    scan_offer_at_least: str
    scan_budget: str
    scan_earliest_end: str
    scan_start: str
    scan_no_channels: str
    scan_title: str
    scan_never: str
    scan_queued: str
    scan_running: str
    scan_paused: str
    scan_paused_by_budget: str
    scan_succeeded: str
    scan_failed: str
    scan_canceled: str
    scan_started: str
    scan_started_later: str
    scan_open_already: str
    scan_canceled_now: str
    scan_nothing_to_cancel: str
    scan_progress: str
    scan_found: str
    scan_searching: str
    scan_searched: str
    scan_not_searchable: str
    scan_proven: str
    scan_requests: str
    scan_spent: str
    scan_likely_end: str
    scan_history: str
    scan_channel_whole: str
    scan_channel_part: str
    scan_channel_unread: str
    scan_channel_failed: str
    scan_no_history: str
    scan_refresh: str
    scan_cancel: str

    # /clips search, random and stats
    gallery_by: str
    gallery_with: str
    gallery_since: str
    gallery_until: str
    gallery_newest: str
    gallery_oldest: str
    gallery_longest: str
    gallery_jump: str
    gallery_forwarded: str
    gallery_hidden: str
    gallery_before: str
    gallery_after: str
    gallery_another: str
    gallery_none: str
    gallery_scanning: str
    gallery_scanning_of: str
    gallery_nothing_read: str
    gallery_read_since: str
    gallery_doubtful: str
    gallery_too_long_to_page: str
    gallery_bad_date: str
    gallery_failed: str
    numbers_title: str
    numbers_clips: str
    numbers_month: str
    numbers_size: str
    numbers_authors: str
    numbers_games: str
    numbers_scope: str

    # /help
    help_title: str
    help_intro: str
    help_privacy: str


def of(locale: str) -> Texts:
    """The texts for one of Discord's locales, `de` or `en-GB`; English where there are none."""
    language = locale.partition("-")[0]
    return _load(language if language in LANGUAGES else LANGUAGES[0])


@cache
def _load(language: str) -> Texts:
    texts: Texts = import_module(f"{__name__}.{language}").TEXTS
    return texts
