"""What the marts must be before anything is trained on them, scored from them or sent because of them."""

from datetime import date

from expectations.catalog import look_at_marts
from expectations.marts_content import identities, ranges, revenue, stages
from expectations.marts_history import history, marts_statistics
from expectations.marts_past import labels, leakage, telling, times
from expectations.marts_shape import keys, shape, volumes
from expectations.run_history import Baseline, Statistics
from expectations.suites import Measures


def marts_suite(as_of: date, baseline: Baseline | None) -> list[Measures]:
    """The measures of the suite `marts`; where a table or column is missing, only that: the rest cannot be asked."""
    marts = look_at_marts(as_of)
    if not marts.is_complete:
        return [shape(marts)]
    measures = [
        shape(marts),
        volumes(marts),
        keys(),
        ranges(marts),
        revenue(),
        identities(marts),
        stages(marts),
        times(marts),
        leakage(marts),
        labels(),
        telling(marts),
    ]
    return measures + (history(marts, baseline) if baseline else [])


def take_marts_statistics(as_of: date) -> Statistics:
    """What the next run of the suite `marts` is compared with; empty where the marts are not complete."""
    marts = look_at_marts(as_of)
    return marts_statistics(marts) if marts.is_complete else {}
