"""The order of loads: one writer of `raw` and `consent` at a time, for as short as can be."""

from typing import Any

import psycopg

_LOAD_LOCK = 7_213_002


def in_load_order(connection: psycopg.Connection[Any]) -> None:
    """Wait for the other loads to commit, and make later ones wait for this transaction.

    A load_id drawn afterwards is above every committed one and below every later one.
    """
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
