"""The staff console: server-rendered pages over `bot.store`, usable without JavaScript.

- `app`           create_app(settings): wiring, one place
- `permissions`   roles, and the decorator every view wears
- `security`      headers, host check, limits, errors · `sessions` who is signed in, timeouts
- `accounts`      passwords, TOTP, recovery codes, lock-out · `exposure` how much a reviewer reads
- `filters`       queue filters from the address · `charts` numbers → SVG · `exports` CSV, JSON, example files
- `watch`         notices new messages for the open queue (server-sent events)
- `words`         words.yml: labels, messages and the audit trail's sentences
- `views/`        one module a page family, `templates/views/` with the same names

In: redacted rows. Out: pages, and one audit entry for every look at a conversation.
"""
