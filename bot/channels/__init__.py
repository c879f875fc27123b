"""Where messages arrive and replies leave.

`web.py`        the widget's transport: signed conversation token, idempotent messages, limits
`guard.py`      the card still goes out when Rasa is slow, broken or silent
`identity.py`   random conversation ids, signed tokens, keyed hashes of phone and chat ids
`replies.py`    collects what Rasa says; splits a text into bubbles
`limits.py`     how long, how often, how many
"""
