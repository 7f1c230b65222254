"""English."""

from functions.shared.texts import Texts

TEXTS = Texts(
    servers_only="This command works in servers only.",
    needs_manage_server="You need the permission **Manage Server** for this.",
    unknown_command=(
        "I do not know this command. It may be older than the bot; "
        "restart Discord to refresh the list."
    ),
    outdated_component="This button is from an older version; run the command again.",
    database_down=(
        "I cannot reach my database at the moment. Nothing was changed; "
        "please try again in a minute."
    ),
    paused=("I am taking a break for maintenance. Nothing was changed; please try again later."),
    being_updated="Clip Saver is being updated. Please try again in a few minutes.",
    not_set_up=(
        "I am not fully set up yet. Whoever runs this bot finds what is missing at /ready."
    ),
    credentials_down=(
        "I cannot read my own credentials at the moment. Nothing was changed; please try again in"
        " a minute. If it stays so, whoever runs this bot finds more at /ready."
    ),
    went_wrong="Something went wrong on my side. It has been logged.",
    queue_down="I could not hand this over. Nothing was changed; please try again in a minute.",
    discord_down="Discord did not answer me as it should; please try again in a few minutes.",
    status_title="Clip Saver in {guild}",
    never_synced=(
        "This server has not been synced yet. The next sync will find it, usually within "
        "15 minutes; /sync does it now."
    ),
    last_synced="Last synced {when}",
    channels="Channels",
    no_channels="none seen yet",
    settings="Settings",
    problems="What is wrong, and how to fix it",
    no_problems="Nothing. Every channel that I am to read can be read.",
    state_visible="visible: **{count}**",
    state_hidden="hidden from me: **{count}**",
    state_archived="archived threads: **{count}**",
    state_deleted="deleted: **{count}**",
    state_unknown="could not be checked: **{count}**",
    read_for_clips="read for clips: **{count}**",
    running_scans="scans running: **{count}**",
    setting_not_used="⚠️ `{key}` is not used: {problem}",
    problem_view=(
        "I cannot see {channel}: allow **View Channel** for my role there, "
        "or switch reading off in /settings."
    ),
    problem_history="I cannot read older messages in {channel}: allow **Read Message History**.",
    problem_connect="I cannot read the chat of {channel}: allow **Connect** for my role there.",
    problem_age_restricted=(
        "I do not read {channel}, because it is age-restricted: switch `scan_nsfw` on in "
        "/settings, or reading off for the channel."
    ),
    problem_more="… and {count} more.",
    problem_message_content=(
        "I see messages without their files: whoever runs this bot has to switch on the "
        "**Message Content Intent** (developer portal, Bot)."
    ),
    sync_now="Sync now",
    sync_done="✅ Synced. Channels: {changes}.",
    sync_no_changes="no changes",
    sync_change="{count} {kind}",
    kind_added="added",
    kind_updated="changed",
    kind_returned="back again",
    kind_hidden="hidden from me",
    kind_archived="archived",
    kind_deleted="deleted",
    kind_unknown="could not be checked",
    sync_held_back="I held the changes back: {reason}",
    sync_too_soon="This server was synced {when}. Please wait until {again}.",
    sync_failed="The sync did not work: {reason}",
    sync_left="I am not a member of this server; install me again.",
    settings_title="Settings of {guild}",
    settings_of_channel="Settings of #{channel}",
    settings_intro="Choose a setting to change it.",
    settings_choose="Change a setting …",
    settings_edit_title="Change a setting",
    settings_empty_resets="Leave it empty to go back to {inherited}.",
    settings_from_default="default",
    settings_from_guild="this server",
    settings_from_parent="the channel above",
    settings_from_channel="this channel",
    settings_saved="✅ `{key}` is now `{value}`.",
    settings_reset="✅ `{key}` is back to `{value}`.",
    settings_unchanged="`{key}` was `{value}` already.",
    settings_undo="Undo last change",
    settings_undone="↩️ `{key}` is `{value}` again.",
    settings_nothing_to_undo="There is no change to undo.",
    settings_bad_number=(
        "`{key}` must be a whole number from {least} to {most}; `{value}` is not. "
        "Nothing was changed."
    ),
    settings_bad_switch="`{key}` must be on or off; `{value}` is neither. Nothing was changed.",
    settings_bad_length=(
        "`{key}` must have {least} to {most} characters; `{value}` does not. Nothing was changed."
    ),
    settings_unknown_key="There is no setting `{key}` here.",
    settings_unknown_channel="I do not know this channel. /sync may help if it is new.",
    settings_last_change="Last change: `{key}` by {who}, {when}",
    settings_by_operator="whoever runs this bot",
    setting_prefix="For typed commands; there are none so far",
    setting_auto_scan="Read new channels for clips",
    setting_scan_nsfw="Read age-restricted channels too",
    setting_is_reading="Read this channel for clips",
    setting_max_file_size_mb="Largest file to save, in MB",
    setting_keep_message_text="Keep the text of messages with clips",
    on="on",
    off="off",
    clips_saved="💾 Saved: {names}",
    clips_known="Already saved: {names}",
    clip_not_a_video="Not saved: `{name}` is not a video.",
    clip_too_large="Not saved: `{name}` has {size} MB; files of up to {most} MB are saved here.",
    clip_none="There is no file in this message.",
    gallery_by="by {who}",
    gallery_with="with {people}",
    gallery_since="from {day}",
    gallery_until="before {day}",
    gallery_newest="newest first",
    gallery_oldest="oldest first",
    gallery_longest="longest first",
    gallery_jump="Jump",
    gallery_forwarded="forwarded",
    gallery_hidden="hidden, only you see it",
    gallery_before="◀ Back",
    gallery_after="Next ▶",
    gallery_another="Another one",
    gallery_none="I found no clips that you can see.",
    gallery_scanning=(
        "I am still reading this server's history; clips that I have not met yet are missing."
    ),
    gallery_scanning_of=(
        "I am still reading this server's history: about {percent} % of the messages with "
        "videos so far."
    ),
    gallery_nothing_read="I have not read the older messages of the channels that you can see.",
    gallery_read_since="What I have read so far reaches back to {when}.",
    gallery_doubtful=(
        "Left out: {count}, because Discord did not tell me whether they are still there."
    ),
    gallery_too_long_to_page="There are more. Shorten the search to turn pages.",
    gallery_bad_date="`{value}` is not a date. Write it as 2026-01-31.",
    gallery_failed="The clips could not be shown: {reason}",
    numbers_title="## Clips of this server",
    numbers_clips="**{clips}** clips by **{authors}** people, since {since}",
    numbers_month="In the last 30 days: **{clips}**",
    numbers_size="Length: **{length}**, size: **{size} GB**",
    numbers_authors="### Most clips",
    numbers_games="### Games",
    numbers_scope="Only what you can see counts; private threads do not.",
    clips_buried="Deleted here before, and not saved again: {names}",
    clips_unwanted="Not saved: {names}. Whoever posted it wants none of their clips saved here.",
    mine_title="Your clips in this server",
    mine_count="Clips: {count}, hidden: {hidden} · page {page} of {pages}",
    mine_none="I keep no clips of yours in this server.",
    mine_not_saved="🚫 What you post here is not saved, as you asked.",
    mine_is_hidden="🙈 hidden: nobody but you finds it",
    mine_message="message",
    mine_hide="Hide",
    mine_show="Show again",
    mine_delete="Delete",
    mine_delete_all="Delete all",
    mine_export="Export as JSON",
    mine_opt_out="Stop saving mine",
    mine_opt_in="Save mine again",
    mine_leave="Stop, and delete all",
    mine_newer="Newer",
    mine_older="Older",
    mine_back="Back",
    mine_ask_delete=(
        "Delete {name} from what I keep? It can then no longer be found, and neither a scan nor "
        "*Save clip* brings it back. Your message in the channel stays as it is."
    ),
    mine_ask_delete_all=(
        "Delete **all {count}** of your clips in this server from what I keep? They can then no "
        "longer be found, and neither a scan nor *Save clip* brings them back. Your messages in "
        "the channels stay as they are."
    ),
    mine_ask_delete_newest=(
        "Delete the newest **{count}** of your {total} clips in this server from what I keep? More "
        "do not go at once. They can then no longer be found, and neither a scan nor *Save clip* "
        "brings them back. Your messages in the channels stay as they are."
    ),
    mine_ask_opt_out=(
        "From then on nothing that you post in this server is saved, neither by a scan nor by "
        "somebody's *Save clip*, until you say otherwise. What I keep of yours (clips: {count}) "
        "stays, unless you delete it too; what is deleted does not come back."
    ),
    mine_gone="This clip is not among yours any more.",
    mine_hidden="✅ Hidden. Nobody else finds it now.",
    mine_shown="✅ Everybody who sees its channel finds it again.",
    mine_unchanged="There was nothing to change.",
    mine_deleted="✅ Deleted for good: {count}.",
    mine_deleted_in_part=(
        "✅ Deleted for good: {count}. Left: {left}; choose *Delete all* once again."
    ),
    mine_opted_out="✅ What you post in this server is no longer saved.",
    mine_opted_in=(
        "✅ What you post from now on is saved again. For what you posted in between, use "
        "*Save clip* on the message."
    ),
    mine_exported="Everything I keep of your clips in this server: {count}.",
    mine_exported_in_part=(
        "The newest {count} of your {total} clips in this server; Discord takes no larger file. "
        "Ask whoever runs this bot for the others."
    ),
    scan_offer_title="Look through all of {guild}?",
    scan_offer=(
        "That takes about **{requests}** requests to Discord: {videos} messages with videos and "
        "{forwards} forwarded ones come first, then all {messages} messages of {channels} channels "
        "and threads, so that none is missed."
    ),
    scan_offer_at_least=(
        "That takes at least **{requests}** requests to Discord, for {channels} channels and "
        "threads. Discord does not tell now how many messages they hold; before it reads the first "
        "page, the scan will state what it takes, and `/scan status` shows it."
    ),
    scan_budget=(
        "A server has {budget} requests a day, of which {spent} are spent today. When they are "
        "spent, the scan pauses and goes on by itself the next day."
    ),
    scan_earliest_end="If nothing comes in between, it is done {when}.",
    scan_start="Start",
    scan_no_channels="There is no channel here that I am to read and may read; see `/status`.",
    scan_title="Looking through {guild}",
    scan_never=(
        "Nobody has asked for a scan yet. `/scan start` tells what it takes before it starts."
    ),
    scan_queued="⏳ Waiting for its turn since {when}.",
    scan_running="▶️ Running since {when}.",
    scan_paused="⏸️ Paused until {until}: {reason}",
    scan_paused_by_budget=(
        "⏸️ Paused until {until}, because the requests that a scan may use in a day are spent. "
        "It goes on by itself."
    ),
    scan_succeeded="✅ Done {when}: every message that I may read was read.",
    scan_failed="❌ Failed {when}: {reason}",
    scan_canceled=(
        "⏹️ Canceled {when}. What was found stays, and new messages go on being read; "
        "`/scan start` takes the rest up again."
    ),
    scan_started="✅ Started.",
    scan_started_later=(
        "✅ Asked for, but I could not hand it over just now: it begins with the next sync."
    ),
    scan_open_already="A scan is under way already.",
    scan_canceled_now="✅ Canceled.",
    scan_nothing_to_cancel="There is no scan to cancel.",
    scan_progress="Progress",
    scan_found="New clips so far: **{clips}**",
    scan_searching="Search: {seen} of {total} messages looked at ({percent} %)",
    scan_searched="Search: done, {total} messages looked at",
    scan_not_searchable="Search: not possible here, so that history alone has to do",
    scan_proven="History: {percent} % proven, in {channels} channels and threads",
    scan_requests="Requests to Discord",
    scan_spent="{requests} of about {predicted} sent · today {today} of {budget}",
    scan_likely_end="At this pace it is done {when}.",
    scan_history="Every message was read back to",
    scan_channel_whole="<#{channel}>: its beginning",
    scan_channel_part="<#{channel}>: {since} ({percent} %)",
    scan_channel_unread="<#{channel}>: nothing yet ({percent} %)",
    scan_channel_failed="I could not read <#{channel}>: {reason}",
    scan_no_history="There is no message to read yet.",
    scan_refresh="Refresh",
    scan_cancel="Cancel the scan",
    help_title="What Clip Saver does",
    help_intro=(
        "Discord's links to videos die within a day. I keep track of the clips of this server, "
        "so that they can be found again."
    ),
    help_privacy=(
        "I keep ids and names of servers and channels, who changed a setting, and of a clip where "
        "it is, who posted it, who took part in it and, unless that is switched off, the text of "
        "its message; never the video itself. With `/clips mine` you see, hide, delete and take "
        "along your own clips, and can stop me from saving any."
    ),
)
