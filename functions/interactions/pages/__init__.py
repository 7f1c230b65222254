"""The web pages: what the bot is, what it keeps, and how an install went.

They need no script, no font and no image from anywhere; the style sheet stands in the page, and its
hash in the header that allows it.
"""
