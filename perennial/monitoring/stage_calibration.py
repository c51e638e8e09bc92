"""Predicted against realised, for one stage over a span of scored days."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from perennial.monitoring.scored_days import ScoredDays
from perennial.stages import PredictionKind
from perennial.statistics import (
    Calibration,
    CalibrationLine,
    Floats,
    Interval,
    Population,
    SelectionMethod,
    WeightedRows,
    choose_untreated,
    effective_customers,
    fit_calibration_line,
    measure_calibration,
    percentile_interval,
    resample_sums,
)

MIN_CUSTOMERS = 50
"""Below so many effective customers nothing is reported: an interval over fewer is wider than any promise."""


@dataclass(frozen=True)
class PopulationCalibration:
    """One population's predictions beside what happened, in one stage. Fractions here; table and pages hold points.

    `bias`: what counting messaged customers as well adds to `calibration.difference`, of the untreated only.
    """

    stage: str
    scored_from: date
    scored_to: date
    population: Population
    method: SelectionMethod
    model_versions: tuple[str, ...]
    effective_customers: float
    share_messaged: float
    calibration: Calibration
    line: CalibrationLine | None
    bias: Interval | None


def measure_stage(days: ScoredDays, outcomes: pd.DataFrame) -> list[PopulationCalibration]:
    """The calibration of the untreated and of everyone; empty below `MIN_CUSTOMERS` effective untreated customers.

    `outcomes`: rows of one stage, over any number of days, with the columns of `read_outcomes`.
    """
    chosen = choose_untreated(outcomes)
    names = outcomes["customer_id"].to_numpy(dtype=object)
    if not chosen.rows.any() or effective_customers(names[chosen.rows], chosen.weights) < MIN_CUSTOMERS:
        return []
    bias = _bias(days.kind, outcomes, chosen)
    untreated = _measure(days, outcomes[chosen.rows], chosen, outcomes, Population.UNTREATED, bias)
    all_rows = WeightedRows(SelectionMethod.EVERYONE, np.ones(len(outcomes), dtype=bool), np.ones(len(outcomes)))
    return [untreated, _measure(days, outcomes, all_rows, outcomes, Population.EVERYONE, None)]


def _measure(
    days: ScoredDays,
    rows: pd.DataFrame,
    chosen: WeightedRows,
    whole: pd.DataFrame,
    population: Population,
    bias: Interval | None,
) -> PopulationCalibration:
    actual, predicted = rows["realised"].to_numpy(), rows["predicted"].to_numpy()
    names: npt.NDArray[np.object_] = rows["customer_id"].to_numpy(dtype=object)
    return PopulationCalibration(
        stage=str(whole["stage"].iloc[0]),
        scored_from=min(whole["scored_on"]),
        scored_to=max(whole["scored_on"]),
        population=population,
        method=chosen.method,
        model_versions=tuple(sorted(set(whole["model_version"]))),
        effective_customers=effective_customers(names, chosen.weights),
        share_messaged=float(whole["was_messaged"].mean()),
        calibration=measure_calibration(days.kind, actual, predicted, names, chosen.weights),
        line=fit_calibration_line(days.kind, actual, predicted, names, chosen.weights),
        bias=bias,
    )


def _bias(kind: PredictionKind, outcomes: pd.DataFrame, chosen: WeightedRows) -> Interval:
    """Everyone's difference less that of the untreated, with the same customers drawn for both."""
    weights = np.zeros(len(outcomes))
    weights[chosen.rows] = chosen.weights
    predicted, actual = outcomes["predicted"].to_numpy(), outcomes["realised"].to_numpy()
    ones = np.ones(len(outcomes))
    columns = [part * amount for part in (ones, weights) for amount in (predicted, actual, ones)]
    resampled = resample_sums(outcomes["customer_id"].to_numpy(dtype=object), np.stack(columns, axis=1))
    return percentile_interval(
        float(_excess(kind, resampled.sums[None, :])[0]), np.nan_to_num(_excess(kind, resampled.draws))
    )


def _excess(kind: PredictionKind, sums: Floats) -> Floats:
    everyone, untreated = sums[:, :3], sums[:, 3:]
    excess: Floats = _difference(kind, everyone) - _difference(kind, untreated)
    return excess


def _difference(kind: PredictionKind, sums: Floats) -> Floats:
    whole = np.maximum(sums[:, 2] if kind is PredictionKind.PROBABILITY else sums[:, 1], 1e-9)
    difference: Floats = (sums[:, 0] - sums[:, 1]) / whole
    return difference
