"""The staff database: what is kept of a conversation, redacted and encrypted, and what staff do with it.

- `models`, `staff_models`  the tables · `columns` encrypted text, UTC time · `constants` words for states
- `database`      engine, sessions, migrations at start · `migrations/` schema history (Alembic)
- `keys`          the key ring: key file or environment, rotation · `search` keyed word index
- `upsert`        an INSERT that may find its row there already
- `unit_of_work`  `with UnitOfWork(database) as work: … work.commit()`; rolls back by default
- `records`, `log_writer` redacted events → rows, each once · `queries` reads for pages
- `accounts`      staff accounts · `reviews` what staff do, each with its audit entry
- `figures`       the dashboard's counts · `drills` synthetic messages and their results
- `tracker_copy`  Rasa's own copy of conversations: the tables behind `bot.eventlog.tracker_store`
- `audit`         the hash-chained trail and its check
- `retention`     what is removed when · `erasure` "delete my chat" · `originals` sealed words, off by default
- `alerting`      which alerts are due; `bot.alerts` sends them

Only redacted text comes in. SQL is spoken here alone; who calls this package may hold a session and catch SQLAlchemy's
errors.
"""
