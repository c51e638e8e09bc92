"""A home of an earlier release is read under today's names."""

import pytest

from perennial.audiences import Effect, list_runs, newest_run, publish_segment, publish_segments, pull_run
from perennial.database import Role, connect
from perennial.schema import apply_schema
from perennial.stages import Segment
from tests.audiences.conftest import SUNDAY, Brand

pytestmark = pytest.mark.integration

AS_BEFORE = """
    alter table predictions.uplift drop constraint uplift_segment_check;
    insert into predictions.uplift values ('winback', '2017-06-04', 'small', 'do_not_wake', -0.5, -0.9, -0.1, '7');
    alter table predictions.uplift
        add constraint uplift_segment_check check (segment in ('persuadables', 'do_not_wake'));
    insert into experiments.uplift values (
        'winback', '2017-06-04', 28, 9, 9, 'personalise', 'do_not_wake', '{"groups": [{"segment": "do_not_wake"}]}'
    );
    update audiences.runs set stage = replace(stage, '__do_not_disturb', '__do_not_wake');
    delete from public.schema_versions where name = '011_do_not_disturb';
"""


def test_audiences_once_called_do_not_wake_are_do_not_disturb(brand: Brand) -> None:
    brand.add("small", "winback")
    brand.consent("small")
    run = publish_segment("winback", Segment.DO_NOT_DISTURB, SUNDAY, {"small": Effect(-0.5, -0.9, -0.1)}, "7")
    brand.serve(SUNDAY)
    with connect(Role.OWNER) as connection:
        connection.execute(AS_BEFORE.replace("2017-06-04", str(SUNDAY)).encode())
    assert apply_schema() == ["011_do_not_disturb"]
    assert newest_run("winback__do_not_disturb") == newest_run("winback__do_not_wake") == run
    assert [found.stage for found in list_runs()] == ["winback__do_not_disturb"]
    assert list(pull_run(run)["customer_id"]) == ["small"]


def test_stored_segments_and_their_evidence_are_renamed_and_published_again(brand: Brand) -> None:
    brand.add("small", "winback")
    brand.consent("small")
    with connect(Role.OWNER) as connection:
        connection.execute(AS_BEFORE.replace("2017-06-04", str(SUNDAY)).encode())
    apply_schema()
    (run,) = publish_segments("winback", SUNDAY)
    assert (run.stage, run.row_count) == ("winback__do_not_disturb", 1)
    with connect(Role.READER) as connection:
        (evidence,) = connection.execute("select evidence from experiments.uplift").fetchone() or ("",)
    assert evidence == {"groups": [{"segment": "do_not_disturb"}]}
