"""Every treatment arm against the control on every metric, at the end and at every look on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from perennial.experimentation.contrasts import contrast
from perennial.experimentation.critical_values import Bounds
from perennial.experimentation.effects import Measured
from perennial.experimentation.errors import ExperimentInputError
from perennial.experimentation.metrics import ROWS, Kind, Metric
from perennial.experimentation.moments import ROUNDING, Sample
from perennial.experimentation.multiple_testing import holm
from perennial.experimentation.proportions import MeasuredRates
from perennial.experimentation.results import Comparison, Look
from perennial.experimentation.verdicts import Question, judge

EPOCH = date(1970, 1, 1)
BORROWED_UNITS = 100


@dataclass(frozen=True)
class Setting:
    """Everything that the comparisons of every look share."""

    metrics: tuple[Metric, ...]
    kinds: Mapping[Metric, Kind]
    covariates: tuple[str, ...]
    treatments: tuple[str, ...]
    control: str
    bounds: Bounds
    is_clustered: bool = False

    @property
    def arms(self) -> tuple[str, ...]:
        return (self.control, *self.treatments)


def measure(sample: Sample, metric: Metric, treatment: str, setting: Setting) -> Measured | MeasuredRates:
    """One comparison. Rates have a test of their own; all else, clusters too, rests on means and their variances."""
    is_rate = setting.kinds.get(metric) is Kind.RATE and not setting.is_clustered
    borrowed = BORROWED_UNITS if setting.bounds.is_sequential and not is_rate else 0
    told = contrast(sample, metric, setting.covariates, treatment, setting.control, borrowed_units=borrowed)
    if is_rate:
        return MeasuredRates(told, setting.bounds, sample.arms[treatment].count, sample.arms[setting.control].count)
    return Measured(told, setting.bounds)


def compare_all(
    sample: Sample, setting: Setting, relevant_lift: float | None, units_per_day: float | None
) -> tuple[Comparison, ...]:
    """All comparisons, corrected for one another. Raises ExperimentInputError where an arm is too small."""
    _check(sample, setting)
    pairs = [(metric, treatment) for metric in setting.metrics for treatment in setting.treatments]
    measured = [measure(sample, metric, treatment, setting) for metric, treatment in pairs]
    _refuse_spreadless(pairs, measured)
    adjusted = holm([one.p_value for one in measured])
    question = Question(setting.bounds.alpha, len(pairs), relevant_lift, units_per_day)
    return tuple(
        _comparison(metric, treatment, setting, one, p_adjusted, question)
        for (metric, treatment), one, p_adjusted in zip(pairs, measured, adjusted, strict=True)
    )


def _check(sample: Sample, setting: Setting) -> None:
    for arm in setting.arms:
        if sample.arms[arm].count == 1:
            raise ExperimentInputError(f"Arm {arm!r} has a single unit or cluster: its spread cannot be known")
        for metric in setting.metrics:
            if metric.denominator is not None and not sample.total(arm, metric.denominator):
                raise ExperimentInputError(
                    f"Metric {metric.name!r}: {metric.denominator!r} adds up to 0 in arm {arm!r}"
                )


def _refuse_spreadless(pairs: list[tuple[Metric, str]], measured: list[Measured | MeasuredRates]) -> None:
    for (metric, treatment), one in zip(pairs, measured, strict=True):
        size = max(abs(one.contrast.treatment), abs(one.contrast.control))
        if isinstance(one, Measured) and one.standard_error <= ROUNDING * size:
            raise ExperimentInputError(
                f"Metric {metric.name!r} never varies within {treatment!r} nor within the control: without any spread, "
                "nobody can say how sure a difference is. Is it measured for each customer?"
            )


def _comparison(
    metric: Metric,
    treatment: str,
    setting: Setting,
    measured: Measured | MeasuredRates,
    p_adjusted: float,
    question: Question,
) -> Comparison:
    told, judgement = measured.contrast, judge(measured, p_adjusted, question)
    return Comparison(
        metric=metric.name,
        kind=setting.kinds[metric],
        treatment=treatment,
        control=setting.control,
        treatment_mean=told.treatment,
        control_mean=told.control,
        difference=told.difference,
        standard_error=measured.standard_error,
        interval=measured.interval(),
        simultaneous_interval=measured.interval(setting.bounds.alpha / question.comparisons),
        lift=measured.lift,
        lift_standard_error=measured.lift_standard_error,
        lift_interval=measured.lift_interval,
        p_value=measured.p_value,
        p_adjusted=p_adjusted,
        independent_units=told.units,
        unadjusted_difference=told.plain_difference,
        variance_reduction=told.variance_reduction if setting.covariates else None,
        verdict=judgement.verdict,
        more_units=judgement.more_units,
        more_days=judgement.more_days,
        sentence=judgement.sentence,
    )


def looks_over_time(samples: list[tuple[int, Sample]], setting: Setting) -> tuple[Look, ...]:
    """Every comparison as it stood at the end of every day on which it could be made."""
    return tuple(
        _look(EPOCH + timedelta(days=day), metric, treatment, measured)
        for day, sample in samples
        for metric in setting.metrics
        for treatment in setting.treatments
        if _is_measurable(sample, metric, (setting.control, treatment))
        if (measured := measure(sample, metric, treatment, setting)).standard_error > 0
    )


def _is_measurable(sample: Sample, metric: Metric, arms: tuple[str, str]) -> bool:
    return all(
        arm in sample.arms and sample.arms[arm].count > 1 and sample.total(arm, metric.denominator or ROWS)
        for arm in arms
    )


def _look(on: date, metric: Metric, treatment: str, measured: Measured | MeasuredRates) -> Look:
    return Look(
        on=on,
        metric=metric.name,
        treatment=treatment,
        units=measured.contrast.units,
        difference=measured.contrast.difference,
        interval=measured.interval(),
        lift=measured.lift,
        lift_interval=measured.lift_interval,
        p_value=measured.p_value,
    )
