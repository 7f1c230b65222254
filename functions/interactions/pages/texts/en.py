"""English."""

from functions.interactions.install.outcome import Outcome
from functions.interactions.pages.texts import Kept, Notice, Point, Texts

TEXTS = Texts(
    language="en",
    add_to_discord="Add to Discord",
    start_again="Start again",
    home="About Clip Saver",
    privacy="Privacy",
    footer="Clip Saver is not affiliated with Discord.",
    landing_title="Clip Saver for Discord",
    landing_description=(
        "Keeps track of the video clips in your Discord server, so that they can be found again."
    ),
    landing_heading="Your best moments deserve better than scrolling.",
    landing_lead=(
        "Clips get posted, cheered at, and buried within a week; Discord's links to them die in "
        "about a day. Clip Saver keeps track of the channels you let it see, and answers right "
        "where your community is: in Discord."
    ),
    landing_reassurance="No account, no password, no dashboard. Discord asks you, and that is it.",
    landing_sample_question="What do you see here?",
    landing_sample_answer="12 channels visible, 3 threads, 1 hidden from me. Synced just now.",
    features_heading="A quiet helper",
    features=(
        Point(
            "It sees what you let it see",
            "Text and voice channels, forums and threads that its role may view. A private channel "
            "stays private until you invite it.",
        ),
        Point(
            "It says what is wrong",
            "With /status, those who manage the server see which channels it cannot read, and "
            "which permission would change that.",
        ),
        Point(
            "It only listens",
            "It asks for no permission to write, moderate or manage. What it answers, "
            "it answers to you.",
        ),
    ),
    steps_heading="Running in a minute",
    steps=(
        Point("Choose a server", "Any server in which you have the permission Manage Server."),
        Point("Say yes to Discord", "Discord shows what the bot may do, and asks you."),
        Point("Type /status", "Clip Saver has looked around and tells you what it sees."),
    ),
    permissions_heading="Three permissions, and why",
    permissions_lead="You can take each of them back at any time, for every channel.",
    permissions=(
        Point("View Channels", "To know which channels there are."),
        Point("Read Message History", "To find the clips that were posted before it came."),
        Point(
            "Connect",
            "Because Discord hides the chat of a voice channel behind it. "
            "It never joins a conversation.",
        ),
    ),
    privacy_lead=(
        "Clip Saver keeps ids and names, because it could not answer you without them, and of what "
        "people write only the text that comes with a clip. It never keeps their videos."
    ),
    kept_heading="What is kept",
    kept_why="Why",
    kept_how_long="How long",
    kept=(
        Kept(
            "The server",
            "Its id, name and icon, the id of its owner, the bot's permissions, and the settings.",
            "To know where the bot is, and what was asked of it there.",
            "{archive}",
        ),
        Kept(
            "Channels and threads",
            "Id, name, kind, place in the list, whether they are age-restricted, what the bot may "
            "do there, and the id of the newest message.",
            "To find clips, and to tell admins what the bot can and cannot read.",
            "{archive}",
        ),
        Kept(
            "Clips",
            "The ids of message, channel, author and whoever saved it, the author's name, when it "
            "was posted; the file's name, title, type, size, length and a blurred preview of a few "
            "bytes; for clips taken with Discord also the game and who took part; and, unless the "
            "server switched that off, the text of the message.",
            "To find them again.",
            "{archive} Your own only until you delete them.",
        ),
        Kept(
            "Clips that are gone",
            "Of a clip that you deleted, or whose message was deleted, the ids of message, channel "
            "and file, and which of both it was. Nothing that tells whose it was, or what.",
            "So that nothing saves it again, not even when the bot is removed and added again.",
            "For good.",
        ),
        Kept(
            "Who wants nothing saved",
            "The id of whoever said so, and when.",
            "To save nothing that they post in this server.",
            "Until they say otherwise, also if the bot is removed and added again.",
        ),
        Kept(
            "Changes of settings",
            "What was changed, when, and the id of whoever did it.",
            "To explain a change, and to undo it.",
            "{archive}",
        ),
        Kept(
            "Who added the bot",
            "Id, user name, display name, avatar, and when it was.",
            "To know whom to ask about a server.",
            "Until you ask for its deletion.",
        ),
        Kept(
            "Installs under way",
            "A random number, and the server you came for.",
            "To be sure that whoever finishes an install is the one who began it.",
            "{install_minutes} minutes; deleted soon after.",
        ),
        Kept(
            "Progress",
            "From which message to which a channel was looked through, by their ids, when, how "
            "many requests to Discord that took, and the id of whoever asked for it.",
            "To go on where the bot stopped.",
            "{archive} Single runs: {scan_run_days} days.",
        ),
    ),
    copies=Kept(
        "Copies against loss",
        "Every day a copy of all of the above, and every hour one of what people deleted, hid, "
        "refused or set. They lie apart from the catalogue, and nobody searches them.",
        "To bring the catalogue back if it is lost. What was deleted meanwhile is not brought "
        "back, as far as the last hourly copy knows of it.",
        "Each for {backup_days} days.",
    ),
    archive_days="As long as the bot is in the server, and {days} days after it was removed.",
    archive_for_ever=(
        "As long as the bot is in the server; after it was removed, until you ask for deletion."
    ),
    never_kept_heading="What is not kept",
    never_kept=(
        "The videos themselves, and the text of messages without a clip.",
        (
            "Anybody else: members who neither own the server, add or set up the bot, nor post "
            "clips or take part in them."
        ),
        (
            "E-mail addresses, passwords, or a key to your account. The one that Discord hands "
            "over during an install is given back as soon as it has told who you are."
        ),
    ),
    cookie_heading="One cookie",
    cookie=(
        "While you add the bot, a cookie with a random number recognises your browser. It goes "
        "nowhere else and expires within a day. There is no tracking, and nothing is loaded from "
        "other sites."
    ),
    deletion_heading="Deleting it",
    deletion=(
        (
            "Type /clips mine in the server: there you see your own clips, hide, delete or export "
            "them, and can say that none of yours are saved any more. What you delete is gone at "
            "once and for good: no scan brings it back."
        ),
        "Remove the bot from your server, and what it kept of the server goes as told above.",
        "In Discord, under Settings, Authorized Apps, you can take back what you allowed.",
        "For everything else, ask.",
    ),
    deletion_copies=(
        "Copies against loss hold what was deleted for {backup_days} days more; then it is gone "
        "from them, too."
    ),
    contact_heading="Whom to ask",
    contact="Whoever runs this Clip Saver is reached at",
    contact_unknown=(
        "Ask the admins of the server in which you met the bot; they know who runs it."
    ),
    installed_heading="Clip Saver is in {guild}",
    installed_syncing="It is looking around right now, and will be done in a few seconds.",
    installed_waiting="It will have looked around within 15 minutes.",
    next_heading="What you can do next",
    next_steps=(
        Point("Type /status", "In your server, it tells what the bot sees and what it lacks."),
        Point(
            "Invite it to private channels",
            "Open a channel's settings, Permissions, and add the role of Clip Saver with View "
            "Channel and Read Message History; in voice channels Connect as well.",
        ),
        Point(
            "Decide who may use it",
            "Under Server Settings, Integrations, Clip Saver, for every command.",
        ),
    ),
    back_to_discord="Open {guild} in Discord",
    notices={
        Outcome.FINISHED_ELSEWHERE: Notice(
            "Clip Saver is in your server",
            (
                "This page was called twice at once, and one call was enough.",
                "Type /status in your server to see what it sees.",
            ),
        ),
        Outcome.INCOMPLETE_LINK: Notice(
            "This link is incomplete",
            ("Something was lost on the way. Nothing was changed; a new start helps.",),
        ),
        Outcome.OTHER_BROWSER: Notice(
            "This install began in another browser",
            (
                (
                    "An install has to end in the browser it began in, so that nobody can finish "
                    "it in your name. Nothing was changed."
                ),
                "If this is the same browser, it may not accept cookies from this page.",
            ),
        ),
        Outcome.DENIED: Notice(
            "You said no, and that is fine",
            ("Clip Saver was not added, and nothing was kept.",),
        ),
        Outcome.REFUSED_BY_DISCORD: Notice(
            "Discord did not let this through",
            (
                (
                    "Nothing was changed. If it happens again, the bot may have reached the number "
                    "of servers that Discord allows it; its operator finds the reason in the logs."
                ),
            ),
        ),
        Outcome.USED: Notice(
            "This install is over already",
            (
                (
                    "Its link works once. If you have just finished it, all is well: type /status "
                    "in your server."
                ),
                "Otherwise it was too old, and a new start helps.",
            ),
        ),
        Outcome.EXPIRED: Notice(
            "That took a little too long",
            ("The link has expired. Nothing was changed; a new start helps.",),
        ),
        Outcome.CODE_REFUSED: Notice(
            "Discord no longer accepts this confirmation",
            (
                "Discord's confirmations are good for less than two minutes, and once.",
                "The bot may be in your server already; starting again does no harm.",
            ),
        ),
        Outcome.NO_SERVER: Notice(
            "No server was chosen",
            ("Discord did not add the bot to any server. Start again and choose one.",),
        ),
        Outcome.BOT_ABSENT: Notice(
            "The bot has not arrived yet",
            (
                (
                    "Discord says that you agreed, and that the bot is not in the server. It may "
                    "have been removed right away, or be late."
                ),
                (
                    "Once it shows up in the list of members, everything goes on by itself. "
                    "If it does not, start again."
                ),
            ),
        ),
        Outcome.NOT_A_MANAGER: Notice(
            "You need the permission Manage Server",
            (
                (
                    "Only somebody who manages the server can install Clip Saver in it, and "
                    "Discord does not say so of you. Ask an admin to do it, or to give you that "
                    "permission."
                ),
            ),
        ),
        Outcome.DISCORD_DOWN: Notice(
            "Discord does not answer",
            (
                (
                    "Discord did not tell what we need to know. If the bot is in your server "
                    "already, the rest goes on by itself within 15 minutes."
                ),
                "Otherwise start again in a minute.",
            ),
        ),
        Outcome.DATABASE_DOWN: Notice(
            "Clip Saver is not quite there",
            (
                (
                    "Its database does not answer at the moment. If the bot is in your server "
                    "already, the rest goes on by itself once it does."
                ),
                "Otherwise start again in a minute.",
            ),
        ),
        Outcome.PAUSED: Notice(
            "Clip Saver is taking a break",
            (
                (
                    "Whoever runs it has paused it for maintenance. If the bot is in your server "
                    "already, the rest goes on by itself afterwards."
                ),
                "Otherwise start again later.",
            ),
        ),
        Outcome.NOT_SET_UP: Notice(
            "Clip Saver is not fully set up",
            (
                (
                    "Whoever runs it finds what is missing in the logs, and at /ready. If the bot "
                    "is in your server already, it will be found later."
                ),
            ),
        ),
    },
)
