"""A fixed sample of customers, as SQL: drawn by a digest of the id, so it is the same on every day and in every run."""

BUCKETS = 2**32


def bucket_sql(customer: str) -> str:
    """The first 32 bits of the MD5 of `customer` (a text column), as a bigint from 0 to `BUCKETS` - 1."""
    return f"('x' || left(md5({customer}), 8))::bit(32)::bigint"


def in_sample_sql(customer: str, share: str) -> str:
    """The condition that holds for a share of all customers. `share`: an SQL expression, 0 to 1.

    A larger share only adds customers.
    """
    return f"{bucket_sql(customer)} < {share} * {BUCKETS}"


def in_part_sql(customer: str, part: int, parts: int) -> str:
    """The condition that holds for part number `part`, from 0, of `parts` of like size, whatever the ids look like."""
    return f"{bucket_sql(customer)} % {parts} = {part}"


def first_customers_sql(customer: str, count: int) -> str:
    """The end of a query of one row per customer that keeps `count` of them: the same ones while they are there."""
    return f"order by md5({customer}) limit {count}"
