"""What happened is passed on: Rasa's events are redacted and written, never on the reply's path.

- `broker`           LogbookBroker: Rasa's event broker (`endpoints.yml`), a thin adapter of
- `logbook`          bounded queue → redaction thread → spool on disk → store thread or RabbitMQ
- `spool`            encrypted, redacted batches on disk while the database is away
- `amqp`             RabbitMQ: redacting producer; `python -m bot consume` writes
- `tracker_store`    RedactedTrackerStore: Rasa's own copy of a conversation, redacted, bounded
- `conversation_ids` a sender id that is a phone number or address becomes a keyed digest

In: `event.as_dict()` with the person's words. Out: redacted rows. Raw words exist only in the queue in memory.
"""
