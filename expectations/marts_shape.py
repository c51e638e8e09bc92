"""Whether the marts exist: their columns, their rows, their keys."""

from expectations.catalog import Marts, key_columns, literal, required_columns
from expectations.suites import Measures, critical, read_query, share

REBUILD = "Build the marts again (`dbt build --full-refresh`); if it persists, the model named here is wrong."
SAMPLED_ABOVE = 200_000


def shape(marts: Marts) -> Measures:
    """Whether every table and column exists: without them, no other query could run."""
    wanted = [(table, column) for table, columns in required_columns().items() for column in columns]
    rows = ",\n".join(
        f"({literal(f'{table}.{column}')}, {int(column not in marts.columns.get(table, {}))})"
        for table, column in wanted
    )
    return Measures(
        "marts-shape",
        f"-- The columns that other packages read, compared with information_schema.\n"
        f"select part, is_missing from (values\n{rows}\n) as wanted (part, is_missing)",
        [
            critical(
                "every table and column is there",
                "is_missing",
                "no column missing that features, training or audiences read",
                "Build the marts (`perennial run`), or give the column its name back in the dbt model.",
                at_most=0,
            )
        ],
    )


def volumes(marts: Marts) -> Measures:
    return Measures(
        "marts-volumes",
        read_query("marts_volumes", as_of=marts.as_of_sql, as_of_at=marts.as_of_at_sql),
        [
            critical(
                "the marts are not empty",
                "count_needed",
                "at least {bound} row in every mart that others need, on the day itself",
                "Nothing was built for this day: see the log of the dbt build, then build again as of this day.",
                at_least=1,
            ),
            critical(
                "raw orders arrived in the marts",
                "share_found",
                "at least {bound} of the orders in raw.events",
                "dbt lost orders, or was built as of another day or before the newest load: build again.",
                at_least=0.99,
                show=share,
            ),
        ],
    )


def keys() -> Measures:
    query = "\nunion all\n".join(_key_query(table, columns) for table, columns in key_columns().items())
    return Measures(
        "marts-keys",
        query,
        [
            critical("every row has its key", "count_without_key", "no row without its key", REBUILD, at_most=0),
            critical("no key is repeated", "count_repeated", "no key on two rows", REBUILD, at_most=0),
        ],
    )


def _key_query(table: str, columns: tuple[str, ...]) -> str:
    key = ", ".join(columns)
    missing = " or ".join(f"{column} is null" for column in columns)
    # Of a large mart a sample of keys: it holds every row of a sampled key, and a defective model repeats many keys.
    sampled = (
        f"mod(abs(hashtext({columns[0]})::bigint), greatest(1, (select count(*) from {table}) / {SAMPLED_ABOVE})) < 1"
    )
    repeated = f"select 1 from {table} where {sampled} group by {key} having count(*) > 1"
    return (
        f"select '{table}' as part,\n"
        f"    (select count(*) from {table} where {missing}) as count_without_key,\n"
        f"    (select count(*) from ({repeated}) as repeated) as count_repeated"
    )
