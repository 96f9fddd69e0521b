"""Settings of the embedded PostgreSQL: those of an installation, and what a throwaway server changes."""

from __future__ import annotations

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "idle_in_transaction_session_timeout": "60s",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %a ",  # %a: the name of the process whose session it is
    "jit": "off",
    # With I/O workers (the default) PostgreSQL 18.4 once never finished a read after it was killed and had recovered:
    # every new session hung while it signed in. With "sync" each session does its own reads.
    "io_method": "sync",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    "max_connections": "200",  # several test processes open 25 connections at once in their races
    "scram_iterations": "1",  # tests sign in thousands of times; a password of 64 characters is not guessed anyway
    "autovacuum": "off",  # a database is used for one test, and CREATE DATABASE would wait for autovacuum
}
