"""Adding the bot to a guild: the way to Discord's consent page, and what happens on the way back.

`GET /install` stores an intent and sends the browser to Discord. `GET /install/callback` checks the
intent, exchanges the code and stores the guild. `POST /webhook-events` tells of the same install,
sooner or later, once or more often. The rows are the same whichever comes first.
"""
