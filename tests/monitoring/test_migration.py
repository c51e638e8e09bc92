"""A home of an earlier release is read under today's names."""

import pytest

from perennial.database import Role, connect
from perennial.monitoring import measure_calibration_gap, read_calibration_gap
from perennial.schema import apply_schema
from tests.monitoring.conftest import Brand
from tests.monitoring.test_measurement import CLOSED

pytestmark = pytest.mark.integration

AS_BEFORE = """
    alter table experiments.calibration drop constraint calibration_population_check;
    update experiments.calibration set population = 'unmessaged' where population = 'untreated';
    alter table experiments.calibration
        add constraint calibration_population_check check (population in ('unmessaged', 'everyone'));
    delete from public.schema_versions where name = '012_untreated';
"""


def test_rows_of_the_population_once_called_unmessaged_are_read_as_untreated(calibrated: Brand) -> None:
    measure_calibration_gap(CLOSED)
    before = read_calibration_gap("churn_risk", CLOSED)
    with connect(Role.OWNER) as connection:
        connection.execute(AS_BEFORE)
    assert apply_schema() == ["012_untreated"]
    assert read_calibration_gap("churn_risk", CLOSED) == before
    assert {population for (population,) in calibrated.rows("select population from experiments.calibration")} == {
        "untreated",
        "everyone",
    }
