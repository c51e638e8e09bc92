"""The suite `marts`: what must hold before the marts are trained on, scored and published."""

from datetime import date

from expectations.catalog import Marts, read_marts
from expectations.marts_content import identities, peaks, ranges, revenue, stages
from expectations.marts_history import RunComparison, compare, history, marts_statistics
from expectations.marts_past import labels, leakage, single_features, times
from expectations.marts_shape import keys, shape, volumes
from expectations.run_history import Baseline, Statistics
from expectations.suites import Measures


def marts_suite(as_of: date, baseline: Baseline | None) -> list[Measures]:
    """The measures of the suite `marts`; where a table or column is missing, only that: no other query could run."""
    marts = read_marts(as_of)
    if not marts.is_complete:
        return [shape(marts)]
    return complete_suite(marts, compare(marts, baseline) if baseline else None)


def complete_suite(marts: Marts, comparison: RunComparison | None) -> list[Measures]:
    """Every measure; those that compare with a good run only where there is one."""
    measures = [
        shape(marts),
        volumes(marts),
        keys(),
        ranges(marts),
        revenue(),
        identities(marts),
        stages(marts),
        peaks(marts),
        times(marts),
        leakage(marts),
        labels(),
        single_features(marts),
    ]
    return measures + (history(marts, comparison) if comparison else [])


def take_marts_statistics(as_of: date) -> Statistics:
    """What the next run of the suite `marts` is compared with; empty where the marts are not complete."""
    marts = read_marts(as_of)
    return marts_statistics(marts) if marts.is_complete else {}
