"""Split history by time, so that no label of an earlier period reaches into a later one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# (calibration, test): the largest share for the fit first; a short or sparse history needs more for the others.
SHARES = ((0.20, 0.25), (0.25, 0.30), (0.33, 0.33))


@dataclass(frozen=True)
class Periods:
    """Snapshot days of three periods in time order. The label of each day ends before the next period begins.

    `embargo`: days between calibration and test whose label ends inside the test period.
    """

    fit: tuple[date, ...]
    calibration: tuple[date, ...]
    test: tuple[date, ...]
    embargo: tuple[date, ...] = ()

    @property
    def after_the_fit(self) -> tuple[date, ...]:
        """Calibration, embargo and test days."""
        return (*self.calibration, *self.embargo, *self.test)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, in time order."""
        return (*self.fit, *self.after_the_fit)

    def named(self) -> dict[str, tuple[date, ...]]:
        """The three periods, without the embargo, by name."""
        return {"fit": self.fit, "calibration": self.calibration, "test": self.test}


def observed_before(days: Sequence[date], first_later: date, horizon_days: int) -> tuple[date, ...]:
    """Those of `days` whose label was fully observed by `first_later`: purge and embargo (López de Prado 2018)."""
    return tuple(day for day in days if day + timedelta(days=horizon_days) <= first_later)


def plan_periods(
    days: Sequence[date], horizon_days: int, calibration_share: float = 0.20, test_share: float = 0.25
) -> Periods | None:
    """Fit, calibration and test days out of the labelled snapshot days; None when history is too short.

    Shares are of the days that remain after the two embargoes.
    """
    ordered = sorted(set(days))
    if not ordered:
        return None
    lost = 2 * (len(ordered) - 1 - len(observed_before(ordered[:-1], ordered[-1], horizon_days)))
    usable = len(ordered) - lost
    if usable < len(("fit", "calibration", "test")):
        return None
    test = tuple(ordered[-max(1, round(usable * test_share)) :])
    before_test = observed_before(ordered, test[0], horizon_days)
    calibration = before_test[-max(1, round(usable * calibration_share)) :]
    fit = observed_before(ordered, calibration[0], horizon_days) if calibration else ()
    if not fit:
        return None
    embargo = tuple(day for day in ordered if calibration[-1] < day < test[0])
    return Periods(fit, calibration, test, embargo)


def later_folds(
    days: Sequence[date], horizon_days: int, folds: int = 2
) -> list[tuple[tuple[date, ...], tuple[date, ...]]]:
    """Rolling-origin folds inside a period: (earlier days, later days), embargoed like the periods themselves.

    Each fold's later days follow the previous one's; together they are the last 40 % of the period. Empty when the
    period is too short for any.
    """
    ordered = sorted(set(days))
    size = max(1, round(len(ordered) * 0.4 / folds))
    found = []
    for fold in range(folds, 0, -1):
        stop = len(ordered) - (fold - 1) * size
        later = tuple(ordered[max(0, stop - size) : stop])
        earlier = observed_before(ordered, later[0], horizon_days) if later else ()
        if earlier:
            found.append((earlier, later))
    return found
