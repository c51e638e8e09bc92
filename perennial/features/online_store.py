"""Feast's redis online store, with a guard that holds: an older value never replaces a newer one.

Feast's own store reads the old timestamps first and writes afterwards, so that of two writers the older can win, and
it refuses rows of the very moment it already has, so that a corrected value or a new feature of the same snapshot never
arrives. Here the comparison and the write are one step inside the server, per customer and view: strictly older is
refused, the same moment or a newer one replaces all of the view's fields. And what a materialisation did not write
goes: customers who are no longer known or no longer profiled, scores of a day before.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from typing import Any, Literal

import pyarrow as pa
from feast import FeatureView, RepoConfig
from feast.infra.online_stores.helpers import _mmh3, _redis_key
from feast.infra.online_stores.redis import RedisOnlineStore, RedisOnlineStoreConfig
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value
from feast.utils import make_tzaware
from google.protobuf.timestamp_pb2 import Timestamp  # type: ignore[import-untyped]  # generated code

from perennial.features.encoding import encode_column

Row = tuple[EntityKey, dict[str, Value], datetime, datetime | None]
Encoded = tuple[EntityKey, datetime, Sequence[str], Sequence[bytes]]

# ARGV: the field that holds the moment, the moment in microseconds, then the hash's fields and values.
WRITE_UNLESS_OLDER = """
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and tonumber(known) > tonumber(ARGV[2]) then
    return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
"""


# ARGV: cursor, pattern of keys, the moment in microseconds, the run that has just written, the view, the names of all
# views separated by spaces where the whole row goes with this view's ("" where only its own fields do), then the view's
# fields. Returns the next cursor and how many rows went.
SWEEP = """
local function at(key, view)
    return tonumber(redis.call('HGET', key, '_at:' .. view) or 'inf')
end
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
local count, moment, view = 0, tonumber(ARGV[3]), ARGV[5]
for _, key in ipairs(found[2]) do
    if redis.call('HGET', key, '_by:' .. view) ~= ARGV[4] then
        local newest = 0
        for name in string.gmatch(ARGV[6], '%S+') do
            if at(key, name) < math.huge then newest = math.max(newest, at(key, name)) end
        end
        if ARGV[6] ~= '' and newest <= moment then
            count = count + redis.call('DEL', key)
        elseif at(key, view) <= moment then
            redis.call('HDEL', key, '_at:' .. view, '_by:' .. view, '_ts:' .. view, unpack(ARGV, 7))
            count = count + 1
        end
    end
end
return {found[1], count}
"""


class GuardedRedisOnlineStoreConfig(RedisOnlineStoreConfig):  # type: ignore[misc]  # Feast is skipped by the type checker
    type: Literal["perennial.features.online_store.GuardedRedisOnlineStore"] = (
        "perennial.features.online_store.GuardedRedisOnlineStore"
    )


class GuardedRedisOnlineStore(RedisOnlineStore):  # type: ignore[misc]  # Feast is skipped by the type checker
    """Feast's layout in the store, so that every Feast client reads it; only the write differs."""

    def online_write_batch(
        self, config: RepoConfig, table: FeatureView, data: list[Row], progress: Callable[[int], Any] | None
    ) -> None:
        """Feast's own interface: write each row, unless what is there is of a later moment."""
        rows = (
            (key, make_tzaware(moment), list(values), [value.SerializeToString() for value in values.values()])
            for key, values, moment, _ in data
        )
        self._write(config, table.name, rows)
        if progress:
            progress(len(data))

    def write_snapshot(self, config: RepoConfig, view: FeatureView, rows: pa.RecordBatch, run: str) -> None:
        """As `online_write_batch`, from columns: the join key, the view's features and its timestamp; `run` is kept."""
        names = [feature.name for feature in view.features]
        (join_key,) = view.join_keys
        columns = [encode_column(rows.column(name)) for name in names]
        keys = (_entity_key(join_key, value) for value in rows.column(join_key).to_pylist())
        timestamps = rows.column(view.batch_source.timestamp_field).to_pylist()
        values = zip(*columns, strict=True)
        self._write(config, view.name, zip(keys, timestamps, repeat(names), values, strict=False), run)

    def sweep(
        self, config: RepoConfig, view: FeatureView, moment: datetime, run: str, whole_rows_of: Iterable[str] = ()
    ) -> int:
        """Rows of `view` of the moment or before that `run` did not write are gone; returns how many.

        With `whole_rows_of`, the names of all views, a customer's row of every view goes, unless one is newer.
        """
        sweep = self._get_client(config.online_store).register_script(SWEEP)
        fields = [_field(view.name, feature.name) for feature in view.features]
        fixed = [f"*{config.project}", _microseconds(moment), run, view.name, " ".join(whole_rows_of), *fields]
        cursor, count = sweep(args=[0, *fixed])
        while int(cursor):
            cursor, swept = sweep(args=[cursor, *fixed])
            count += swept
        return int(count)

    def _write(self, config: RepoConfig, view: str, rows: Iterable[Encoded], run: str = "pushed") -> None:
        client = self._get_client(config.online_store)
        write = client.register_script(WRITE_UNLESS_OLDER)
        with client.pipeline(transaction=False) as pipe:
            for key, moment, names, values in rows:
                fields = [
                    part for name, value in zip(names, values, strict=True) for part in (_field(view, name), value)
                ]
                redis_key = _redis_key(config.project, key, config.entity_key_serialization_version)
                marks = [*_moment_fields(view, moment), f"_by:{view}", run]
                write(keys=[redis_key], args=[*marks, *fields], client=pipe)
            pipe.execute()


def _entity_key(join_key: str, value: str) -> EntityKey:
    return EntityKey(join_keys=[join_key], entity_values=[Value(string_val=value)])


@lru_cache(maxsize=4096)
def _field(view: str, name: str) -> bytes:
    field: bytes = _mmh3(f"{view}:{name}")
    return field


@lru_cache(maxsize=64)
def _moment_fields(view: str, moment: datetime) -> tuple[str | int | bytes, ...]:
    # Feast's own field and format for its clients, and a plain number for the script to compare.
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return (f"_at:{view}", _microseconds(moment), f"_ts:{view}", timestamp.SerializeToString())


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
