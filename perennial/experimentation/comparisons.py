"""Every treatment arm against the control on every metric, at the end and at every look on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from perennial.experimentation.contrasts import contrast
from perennial.experimentation.critical_values import IntervalMethod
from perennial.experimentation.effects import MeanEffect
from perennial.experimentation.metrics import ROWS, Metric, MetricKind
from perennial.experimentation.moments import ROUNDING, Sample
from perennial.experimentation.multiple_testing import holm
from perennial.experimentation.proportions import RateEffect
from perennial.experimentation.results import Comparison, Look
from perennial.experimentation.verdicts import DecisionRule, EstimatedEffect, conclude
from perennial.tabular import InputError

EPOCH = date(1970, 1, 1)
PRIOR_UNITS = 100


@dataclass(frozen=True)
class ComparisonSettings:
    """Everything that the comparisons of every look share."""

    metrics: tuple[Metric, ...]
    kinds: Mapping[Metric, MetricKind]
    covariates: tuple[str, ...]
    treatments: tuple[str, ...]
    control: str
    method: IntervalMethod
    is_clustered: bool = False

    @property
    def arms(self) -> tuple[str, ...]:
        return (self.control, *self.treatments)


def estimate_effect(sample: Sample, metric: Metric, treatment: str, settings: ComparisonSettings) -> EstimatedEffect:
    """One comparison. Rates have a test of their own; all else, clusters too, rests on means and their variances."""
    is_rate = settings.kinds.get(metric) is MetricKind.RATE and not settings.is_clustered
    prior_units = PRIOR_UNITS if settings.method.is_sequential and not is_rate else 0
    means = contrast(sample, metric, settings.covariates, treatment, settings.control, prior_units=prior_units)
    if is_rate:
        return RateEffect(means, settings.method, sample.arms[treatment].count, sample.arms[settings.control].count)
    return MeanEffect(means, settings.method)


def compare_all(
    sample: Sample, settings: ComparisonSettings, relevant_lift: float | None, units_per_day: float | None
) -> tuple[Comparison, ...]:
    """All comparisons, corrected for multiple testing. Raises InputError where an arm is too small."""
    _check(sample, settings)
    pairs = [(metric, treatment) for metric in settings.metrics for treatment in settings.treatments]
    effects = [estimate_effect(sample, metric, treatment, settings) for metric, treatment in pairs]
    _refuse_without_variance(pairs, effects)
    adjusted = holm([one.p_value for one in effects])
    rule = DecisionRule(settings.method.alpha, len(pairs), relevant_lift, units_per_day)
    return tuple(
        _comparison(metric, treatment, settings, effect, p_adjusted, rule)
        for (metric, treatment), effect, p_adjusted in zip(pairs, effects, adjusted, strict=True)
    )


def _check(sample: Sample, settings: ComparisonSettings) -> None:
    for arm in settings.arms:
        if sample.arms[arm].count == 1:
            raise InputError(f"Arm {arm!r} has a single unit or cluster: its variance cannot be estimated")
        for metric in settings.metrics:
            if metric.denominator is not None and not sample.total(arm, metric.denominator):
                raise InputError(f"Metric {metric.name!r}: {metric.denominator!r} adds up to 0 in arm {arm!r}")


def _refuse_without_variance(pairs: list[tuple[Metric, str]], effects: list[EstimatedEffect]) -> None:
    for (metric, treatment), effect in zip(pairs, effects, strict=True):
        size = max(abs(effect.contrast.treatment), abs(effect.contrast.control))
        if isinstance(effect, MeanEffect) and effect.standard_error <= ROUNDING * size:
            raise InputError(
                f"Metric {metric.name!r} never varies within {treatment!r} nor within the control: without any "
                "variance, no interval can be estimated. Is it measured for each customer?"
            )


def _comparison(
    metric: Metric,
    treatment: str,
    settings: ComparisonSettings,
    effect: EstimatedEffect,
    p_adjusted: float,
    rule: DecisionRule,
) -> Comparison:
    means, conclusion = effect.contrast, conclude(effect, p_adjusted, rule)
    return Comparison(
        metric=metric.name,
        kind=settings.kinds[metric],
        treatment=treatment,
        control=settings.control,
        treatment_mean=means.treatment,
        control_mean=means.control,
        difference=means.difference,
        standard_error=effect.standard_error,
        interval=effect.interval(),
        simultaneous_interval=effect.interval(settings.method.alpha / rule.comparisons),
        lift=effect.lift,
        lift_standard_error=effect.lift_standard_error,
        lift_interval=effect.lift_interval,
        p_value=effect.p_value,
        p_adjusted=p_adjusted,
        independent_units=means.units,
        unadjusted_difference=means.unadjusted_difference,
        variance_reduction=means.variance_reduction if settings.covariates else None,
        verdict=conclusion.verdict,
        more_units=conclusion.more_units,
        more_days=conclusion.more_days,
        sentence=conclusion.sentence,
    )


def looks_over_time(samples: list[tuple[int, Sample]], settings: ComparisonSettings) -> tuple[Look, ...]:
    """Every comparison as it stood at the end of every day on which it could be made."""
    return tuple(
        _look(EPOCH + timedelta(days=day), metric, treatment, effect)
        for day, sample in samples
        for metric in settings.metrics
        for treatment in settings.treatments
        if _is_measurable(sample, metric, (settings.control, treatment))
        if (effect := estimate_effect(sample, metric, treatment, settings)).standard_error > 0
    )


def _is_measurable(sample: Sample, metric: Metric, arms: tuple[str, str]) -> bool:
    return all(
        arm in sample.arms and sample.arms[arm].count > 1 and sample.total(arm, metric.denominator or ROWS)
        for arm in arms
    )


def _look(on: date, metric: Metric, treatment: str, effect: EstimatedEffect) -> Look:
    return Look(
        on=on,
        metric=metric.name,
        treatment=treatment,
        units=effect.contrast.units,
        difference=effect.contrast.difference,
        interval=effect.interval(),
        lift=effect.lift,
        lift_interval=effect.lift_interval,
        p_value=effect.p_value,
    )
