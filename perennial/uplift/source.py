"""The rows of a randomised trial, read from any kind of table and checked."""

from dataclasses import dataclass

import pandas as pd

from perennial.statistics import Bools, Floats
from perennial.tabular import InputError, TableSource, missing_column, quoted_list, read_frame
from perennial.uplift.column_checks import (
    check_outcome,
    read_features,
    read_numbers,
    read_propensity,
    read_risk,
    read_units,
)
from perennial.uplift.trial_columns import TrialColumns, as_text

MOST_ARMS = 20


@dataclass(frozen=True)
class TrialRows:
    """The rows of both arms; arrays are (rows,). `propensity`: each row's probability of having been treated.

    `units` names each row's customer, `risk` is the score of today's targeting, where one was given.
    """

    features: pd.DataFrame
    treated: Bools
    outcome: Floats
    propensity: Floats
    is_propensity_given: bool
    units: "pd.Series[str]"
    risk: Floats | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.outcome)


def read_trial(source: TableSource, columns: TrialColumns) -> TrialRows:
    """The rows of the two arms, checked. Raises InputError, FileNotFoundError."""
    frame = read_frame(source, text_columns=filter(None, (columns.treatment, columns.unit)))
    for role, column in columns.roles.items():
        if column not in frame.columns:
            raise missing_column(column, list(frame.columns), role)
    arms, notes = _read_arms(frame, columns)
    kept = arms.isin([columns.treated, columns.control])
    frame, treated = frame[kept].reset_index(drop=True), (arms[kept] == columns.treated).to_numpy()
    outcome = read_numbers(frame, columns.outcome, "outcome")
    check_outcome(outcome, treated, columns)
    propensity, is_given = read_propensity(frame, columns, treated)
    features, unused = read_features(frame, columns)
    return TrialRows(
        features=features,
        treated=treated,
        outcome=outcome,
        propensity=propensity,
        is_propensity_given=is_given,
        units=read_units(frame, columns),
        risk=read_risk(frame, columns.risk) if columns.risk else None,
        notes=(*notes, *unused),
    )


def _read_arms(frame: pd.DataFrame, columns: TrialColumns) -> tuple["pd.Series[str]", list[str]]:
    """Each row's arm as text. Raises InputError unless both arms are there."""
    if columns.treated == columns.control:
        raise InputError(f"Treated and control are both {columns.treated!r}: name two arms")
    column = frame[columns.treatment]
    if column.nunique() > MOST_ARMS:
        raise InputError(
            f"Column {columns.treatment!r} has {column.nunique():,} values: uplift compares two arms. "
            "Is it the one that names the arm? An amount has to be cut into treated and control first"
        )
    arms = column.map(as_text, na_action="ignore")
    present = sorted(arms.dropna().unique())
    for name in (columns.treated, columns.control):
        if name not in present:
            hint = " Was the control left out? Without one there is no uplift" if len(present) == 1 else ""
            raise InputError(
                f"No row has {name!r} in column {columns.treatment!r}: its values are {quoted_list(present)}.{hint}"
            )
    return arms, _note_excluded(arms, columns)


def _note_excluded(arms: "pd.Series[str]", columns: TrialColumns) -> list[str]:
    notes = []
    if arms.isna().any():
        notes.append(f"{int(arms.isna().sum()):,} rows without a value of {columns.treatment!r} were left out")
    others = arms.dropna()[~arms.dropna().isin([columns.treated, columns.control])]
    if len(others):
        notes.append(f"{len(others):,} rows of other arms ({quoted_list(sorted(others.unique()))}) were left out")
    return notes
