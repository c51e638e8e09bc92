"""The marts compared with the last good run: volumes, distributions, and features of the same past days."""

import hashlib
import json
import re
from dataclasses import dataclass

from expectations.catalog import FEATURES, STAGES, Marts, identifier, key_columns, literals
from expectations.run_history import Baseline, Statistics, read_statistics
from expectations.suites import Measures, critical, distance, read_query, share, warning
from perennial.database import Role, connect
from perennial.horizons import read_horizons
from perennial.lifecycle import load_lifecycle
from perennial.settings import load_settings

ACCEPT = "If it was meant, accept it: `python -m expectations marts --as-of DAY --accept`."
# These move with the calendar, with age and with each campaign, in Complete Journey by an index of 1 to 17 from week to
# week, while every other feature stays below 0.35 over four weeks once the history fills the longest window.
MOVING = re.compile(r"^season_|_since_first_|_last_seen$|message|campaign|redemption|^department_\d")
SETTLED_DAYS = 91
NEAR_DAYS = 31
DISTURBED_DAYS = 28


@dataclass(frozen=True)
class RunComparison:
    """The good run to compare with, and what lies between: other code or settings, a peak or a time without orders."""

    baseline: Baseline
    is_same_code: bool
    has_same_horizons: bool
    disturbance: str | None


def compare(marts: Marts, baseline: Baseline) -> RunComparison:
    """Read what lies between the good run and now."""
    query = read_query(
        "marts_disturbances",
        since=f"date '{baseline.as_of}' - {DISTURBED_DAYS}",
        as_of=marts.as_of_sql,
    )
    with connect(Role.READER) as connection:
        row = connection.execute(query.encode()).fetchone()
    disturbance = f"{row[0]}, {'a peak' if row[1] else 'a time without orders'}" if row else None
    statistics = baseline.statistics
    return RunComparison(
        baseline=baseline,
        is_same_code=statistics.get("code") == code_digest(),
        has_same_horizons=statistics.get("horizons") == _horizons(),
        disturbance=disturbance,
    )


def history(marts: Marts, comparison: RunComparison) -> list[Measures]:
    """The measures that need an earlier run.

    Distributions are compared once that run had a history that fills the longest windows; the past days only while
    dbt's models and the settings are as they were then.
    """
    baseline = comparison.baseline
    measures = [_growth(marts, comparison)]
    if baseline.statistics.get("count_days", 0) >= SETTLED_DAYS:
        measures.append(_drift(marts, comparison))
    if comparison.is_same_code:
        measures.append(_look_ahead(marts, baseline))
    return measures


def marts_statistics(marts: Marts) -> Statistics:
    """Rows of each mart, shares of the stages, deciles of each feature, digests of the newest days, and of the code.

    Their keys stand in gate.runs, where every later version of the gate reads them.
    """
    query = read_query(
        "marts_statistics",
        as_of=marts.as_of_sql,
        every=marts.every,
        features=literals(marts.numeric_features),
        stages=STAGES,
        counted=_counted(),
    )
    days = read_query("marts_days", **_digests(marts, marts.every))
    collected = f"select coalesce(jsonb_agg(to_jsonb(day)), '[]') from (\n{days}\n) as day"
    return {
        **read_statistics(query),
        "days": read_statistics(collected),
        "code": code_digest(),
        "every": marts.every,
        "horizons": _horizons(),
    }


def _horizons() -> dict[str, int]:
    with connect(Role.READER) as connection:
        return {model: horizon.horizon_days for model, horizon in read_horizons(connection).items()}


def _counted(*, with_labels: bool = True) -> str:
    tables = [table for table in key_columns() if with_labels or not table.startswith("marts.label_")]
    return "\nunion all\n".join(f"select '{table}' as part, count(*) as count_rows from {table}" for table in tables)


def code_digest() -> str:
    """A digest of everything that the marts depend on besides events: dbt's files and the lifecycle settings."""
    project = load_settings().dbt_project
    digest = hashlib.sha256(json.dumps(load_lifecycle().dbt_vars(), sort_keys=True, default=str).encode())
    for folder in ("models", "macros", "seeds"):
        for path in sorted((project / folder).rglob("*.sql")):
            digest.update(str(path.relative_to(project)).encode() + path.read_bytes())
    return digest.hexdigest()


def _is_near(marts: Marts, baseline: Baseline) -> bool:
    return (marts.as_of - baseline.as_of).days <= NEAR_DAYS


def _growth(marts: Marts, comparison: RunComparison) -> Measures:
    baseline = comparison.baseline
    # Labels are of stages and horizons: where their rule has changed, so has whom they are about.
    counted = _counted(with_labels=comparison.is_same_code and comparison.has_same_horizons)
    bounds = [
        critical(
            "the marts do not shrink",
            "share_of_last_time",
            "at least {bound} of the rows of the last good run",
            "Events were lost or a load was cut: ingest what is missing and build again. " + ACCEPT,
            at_least=0.98,
            show=share,
        ),
        warning(
            "no mart shrinks",
            "share_of_last_time",
            "as many rows as in the last good run",
            "Expected after an erasure or a correction, and only then.",
            at_least=1,
            show=share,
        ),
    ]
    if _is_near(marts, baseline):
        bounds += [
            warning(
                "the marts do not jump",
                "jump",
                "at most {bound} of the rows of the last good run, where the events since do not explain more",
                "A new source, or the same customers twice under new ids.",
                at_most=1.5,
                show=share,
            ),
            critical(
                "the marts do not multiply",
                "multiple",
                "at most {bound} of the rows of the last good run, where the events since do not explain more",
                "Rows are counted several times, or a large new source came. " + ACCEPT,
                at_most=5,
                show=share,
            ),
        ]
    return Measures(
        "marts-growth",
        read_query(
            "marts_growth",
            baseline=baseline.gate_run_id,
            as_of=marts.as_of_sql,
            as_of_at=marts.as_of_at_sql,
            counted=counted,
        ),
        bounds,
    )


def _drift(marts: Marts, comparison: RunComparison) -> Measures:
    baseline = comparison.baseline
    compared = [name for name in marts.numeric_features if not MOVING.search(name)]
    meaning = "How customers buy has changed, or how it is computed: compare it with the last good run. "
    if comparison.disturbance:
        meaning += f"Of {comparison.disturbance}, what customers last did moved all at once; so it stops nothing. "
    bounds = [
        warning(
            "feature distributions are stable",
            "stability_index",
            "a population stability index of at most {bound}",
            meaning,
            at_most=0.2,
            show=distance,
        )
    ]
    if _is_near(marts, baseline) and not comparison.disturbance:
        bounds.append(
            critical(
                "no feature distribution has changed entirely",
                "stability_index",
                "a population stability index of at most {bound}",
                meaning + ACCEPT,
                at_most=1,
                show=distance,
            )
        )
    query = read_query(
        "marts_drift",
        baseline=baseline.gate_run_id,
        as_of=marts.as_of_sql,
        every=baseline.statistics["every"],
        features=literals(compared),
        stages=STAGES,
    )
    return Measures("marts-drift", query, bounds)


def _look_ahead(marts: Marts, baseline: Baseline) -> Measures:
    days = read_query("marts_days", **_digests(marts, baseline.statistics["every"]))
    return Measures(
        "marts-look-ahead",
        read_query("marts_look_ahead", baseline=baseline.gate_run_id, days=days),
        [
            critical(
                "features of past days are unchanged",
                "count_changed",
                "no past day on which a feature differs from the last good run, computed from the same events",
                "The feature named here uses events after its snapshot, or depends on when it is computed. " + ACCEPT,
                at_most=0,
            )
        ],
    )


def _digests(marts: Marts, every: int) -> dict[str, object]:
    types = marts.columns[FEATURES]
    # Sums of floating numbers may differ in their last digits from one build to the next.
    rounded = {"double precision", "real", "numeric"}
    values = {
        name: f"round({identifier(name)}::numeric, 4)" if types[name] in rounded else identifier(name)
        for name in marts.features
    }
    digests = [
        f"bit_xor(hashtextextended(features.customer_id || ':' || coalesce({value}::text, ''), 0))::text"
        for value in values.values()
    ]
    return {"every": every, "names": literals(list(values)), "digests": ",\n".join(digests)}
