"""Feast's redis online store, with a guard that holds: an older value never replaces a newer one.

Feast's own store reads the old timestamps first and writes afterwards, so that of two writers the older can win, and
it refuses rows of the very moment it already has, so that a corrected value or a new feature of the same snapshot never
arrives. Here the comparison and the write are one step inside the server, per customer and view: strictly older is
refused, the same moment or a newer one replaces all of the view's fields.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from feast import FeatureView, RepoConfig
from feast.infra.online_stores.helpers import _mmh3, _redis_key
from feast.infra.online_stores.redis import RedisOnlineStore, RedisOnlineStoreConfig
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value
from feast.utils import make_tzaware
from google.protobuf.timestamp_pb2 import Timestamp  # type: ignore[import-untyped]  # generated code

Row = tuple[EntityKey, dict[str, Value], datetime, datetime | None]

# ARGV: the field that holds the moment, the moment in microseconds, then the hash's fields and values.
WRITE_UNLESS_OLDER = """
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and tonumber(known) > tonumber(ARGV[2]) then
    return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
"""


class GuardedRedisOnlineStoreConfig(RedisOnlineStoreConfig):  # type: ignore[misc]  # Feast is skipped by the type checker
    type: Literal["perennial.features.online_store.GuardedRedisOnlineStore"] = (
        "perennial.features.online_store.GuardedRedisOnlineStore"
    )


class GuardedRedisOnlineStore(RedisOnlineStore):  # type: ignore[misc]  # Feast is skipped by the type checker
    """Feast's layout in the store, so that every Feast reader reads it; only the write differs."""

    def online_write_batch(
        self, config: RepoConfig, table: FeatureView, data: list[Row], progress: Callable[[int], Any] | None
    ) -> None:
        """Write each row, unless what is there is of a later moment. One round trip for the whole batch."""
        client = self._get_client(config.online_store)
        write = client.register_script(WRITE_UNLESS_OLDER)
        with client.pipeline(transaction=False) as pipe:
            for key, values, moment, _ in data:
                redis_key = _redis_key(config.project, key, config.entity_key_serialization_version)
                write(keys=[redis_key], args=list(_hash(table.name, values, make_tzaware(moment))), client=pipe)
            pipe.execute()
        if progress:
            progress(len(data))


@lru_cache(maxsize=4096)
def _field(view: str, name: str) -> bytes:
    field: bytes = _mmh3(f"{view}:{name}")
    return field


def _hash(view: str, values: dict[str, Value], moment: datetime) -> Iterator[bytes | str | int]:
    yield f"_at:{view}"
    yield int(moment.timestamp() * 1_000_000)
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    yield f"_ts:{view}"
    yield timestamp.SerializeToString()
    for name, value in values.items():
        yield _field(view, name)
        yield value.SerializeToString()
