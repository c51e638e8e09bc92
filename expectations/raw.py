"""The suite `raw`: what must hold before dbt builds from raw events."""

from datetime import date

from expectations.activity import Activity, read_activity
from expectations.gaps import ActivityGaps, find_all_gaps
from expectations.raw_content import events, orders
from expectations.raw_freshness import closures, freshness
from expectations.run_history import Baseline, Statistics, read_statistics
from expectations.suites import Measures, critical, read_query, share, warning
from perennial.as_of import snapshot_at
from perennial.lifecycle import load_lifecycle


def as_of_at_literal(as_of: date) -> str:
    """The end of a day (UTC) as an SQL literal."""
    return f"timestamptz '{snapshot_at(as_of):%Y-%m-%d %H:%M:%S}+00'"


def raw_suite(as_of: date, baseline: Baseline | None) -> list[Measures]:
    """The measures of the suite `raw`; those that compare with a good run only where there is one."""
    activity = read_activity(as_of, as_of_at_literal(as_of), load_lifecycle())
    return raw_measures(as_of, baseline, activity, find_all_gaps(activity) if activity else None)


def raw_measures(
    as_of: date, baseline: Baseline | None, activity: Activity | None, gaps: ActivityGaps | None
) -> list[Measures]:
    """The same from what the days show; without any behaviour nothing is measured of that."""
    as_of_at = as_of_at_literal(as_of)
    since_load = baseline.newest_load_id if baseline else -1
    measures = [
        events(read_query("raw_events", as_of_at=as_of_at)),
        *([freshness(activity, gaps), closures(activity, gaps)] if activity and gaps else []),
        orders(read_query("raw_orders", as_of_at=as_of_at, since_load=since_load)),
        _loads(read_query("raw_loads", since_load=since_load)),
    ]
    if baseline:
        measures.append(
            _volumes(
                read_query("raw_volumes", as_of_at=as_of_at_literal(baseline.as_of), baseline=baseline.gate_run_id)
            )
        )
    return measures


def _loads(query: str) -> Measures:
    return Measures(
        "raw-rejections",
        query,
        [
            warning(
                "few lines were refused",
                "share_rejected",
                "at most {bound} of the lines refused since the last good run",
                "raw.rejected_events holds them with their reasons.",
                at_most=0.01,
                show=share,
            ),
            critical(
                "most lines were accepted",
                "share_rejected_of_many",
                "at most {bound} of the lines refused since the last good run",
                "raw.rejected_events holds them with their reasons: correct the file and ingest it again.",
                at_most=0.5,
                show=share,
            ),
        ],
    )


def _volumes(query: str) -> Measures:
    return Measures(
        "raw-volumes",
        query,
        [
            critical(
                "events do not vanish",
                "share_of_last_time",
                "at least {bound} of the events that the last good run knew",
                "raw.events is append-only: restore what was deleted. If it was meant, accept it: "
                "`python -m expectations raw --as-of DAY --accept`.",
                at_least=0.98,
                show=share,
            ),
            warning(
                "no event vanishes",
                "share_of_last_time",
                "every event that the last good run knew",
                "Expected after an erasure, and only then.",
                at_least=1,
                show=share,
            ),
        ],
    )


def raw_statistics(as_of: date) -> Statistics:
    """How many events of each name were known by the end of the day, and the newest load.

    Their keys stand in gate.runs, where every later version of the gate reads them.
    """
    return read_statistics(read_query("raw_statistics", as_of_at=as_of_at_literal(as_of)))
