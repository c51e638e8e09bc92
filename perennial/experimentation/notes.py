"""What a reader of an analysis should know besides: rows left out, rates of few events, covariates out of balance."""

from dataclasses import replace

from perennial.experimentation.comparisons import ComparisonSettings, estimate_effect
from perennial.experimentation.metrics import Metric, MetricKind
from perennial.experimentation.moments import Sample
from perennial.experimentation.scan import Scan

UNBALANCED_AT = 0.001
FEW_EVENTS = 10


def collect_notes(sample: Sample, scan: Scan, settings: ComparisonSettings) -> tuple[str, ...]:
    """Every note on an analysis of the newest sample."""
    notes = []
    if scan.without_arm:
        notes.append(f"{scan.without_arm:,} rows without an arm were left out")
    if scan.without_day:
        notes.append(f"{scan.without_day:,} rows without a day in {scan.columns.time!r} were left out")
    notes += [_few_events(metric, settings) for metric in settings.metrics if _has_few(sample, metric, settings)]
    unadjusted = replace(settings, covariates=())
    for name in settings.covariates:
        for treatment in settings.treatments:
            if estimate_effect(sample, Metric(name, name), treatment, unadjusted).p_value < UNBALANCED_AT:
                notes.append(
                    f"Covariate {name!r} differs between {treatment!r} and the control more than chance allows: was it "
                    "measured before the start? If not, it takes away some of the effect itself"
                )
    return tuple(notes)


def _has_few(sample: Sample, metric: Metric, settings: ComparisonSettings) -> bool:
    """Whether a rate that needs the central limit theorem rests on a handful of events."""
    needs_many = bool(settings.covariates) or settings.is_clustered
    is_rate = settings.kinds[metric] is MetricKind.RATE
    events = (sample.total(arm, metric.numerator) for arm in settings.arms)
    return is_rate and needs_many and min(events) < FEW_EVENTS


def _few_events(metric: Metric, settings: ComparisonSettings) -> str:
    return (
        f"{metric.name!r} happened less than {FEW_EVENTS} times in an arm: with "
        f"{'clusters' if settings.is_clustered else 'covariates'} its interval is approximate"
    )
