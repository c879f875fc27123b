"""Alembic's entry: runs on the connection that `bot.store.database` hands over."""

from alembic import context

from bot.store.models import Base

connection = context.config.attributes["connection"]
# SQLite cannot alter most columns: Alembic copies the table instead.
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
