"""dbt says who is behind an id by a statement of its own: over any history it is that of the shared tables."""

from datetime import date, timedelta

import pytest

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.warehouse import build
from tests.identity.stated import day, persons_at, plant, random_history

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]
AS_OF = date(2026, 1, 15)
OF_DBT = """
    select asked.id, asked.at, coalesce(identities.customer_id, asked.id)
    from asked
    left join intermediate.int_identities_resolved as identities
        on asked.id = identities.id and identities.is_device = (asked.at is not null)
        and identities.known_until_on = 'infinity'
        and coalesce(asked.at, '2000-01-01') >= identities.from_at
        and coalesce(asked.at, '2000-01-01') < identities.until_at
    order by 1, 2
"""
OF_TABLES = """
    select asked.id, asked.at, coalesce(
        case
            when asked.at is null then (select person_id from identity.persons_at(array[asked.id], %(moment)s))
            else identity.became(asked.id, asked.at, %(moment)s)
        end,
        asked.id
    )
    from asked
    order by 1, 2
"""


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_dbt_and_the_shared_tables_name_the_same_person(seed: int) -> None:
    history = random_history(seed, 60)
    with connect(Role.LOADER, autocommit=True) as loader:
        plant(loader, history)
    build(AS_OF, select="+int_identities_resolved")
    users = sorted(persons_at(history, snapshot_at(AS_OF)))
    devices = sorted({device for one in history for device in one.devices if one.occurred_at < snapshot_at(AS_OF)})
    times = [day(number) + timedelta(hours=hours) for number in range(15) for hours in (0, 12)]
    asked = [(user, None) for user in users] + [(device, moment) for device in devices for moment in times]
    with connect(Role.OWNER) as connection:
        connection.execute("create temporary table asked (id text, at timestamptz)")
        connection.cursor().executemany("insert into asked values (%s, %s)", asked)
        of_dbt = connection.execute(OF_DBT).fetchall()
        of_tables = connection.execute(OF_TABLES, {"moment": snapshot_at(AS_OF)}).fetchall()
    assert of_dbt == of_tables
    assert sum(person != one for one, _, person in of_dbt) > len(asked) / 2
