"""Alembic's entry: migrates on the connection that ``server.infra.migrate`` hands over, one transaction a version."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
