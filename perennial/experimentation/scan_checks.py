"""Whether the scanned rows can answer the question: the arms are there, and the metrics vary."""

from collections.abc import Sequence

from perennial.experimentation.metrics import Metric
from perennial.experimentation.scan import Scan
from perennial.tabular import InputError, quoted_list


def check_arms(scan: Scan, control: str, treatments: Sequence[str] | None) -> tuple[str, ...]:
    """The treatment arms to compare with `control`. Raises InputError when an arm is missing or the only one."""
    counts = {
        arm: sum(part.count for (name, _), part in scan.moments.groups.items() if name == arm) for arm in scan.arms
    }
    for arm in (control, *(treatments or ())):
        if arm not in counts:
            raise InputError(
                f"No row has {arm!r} in column {scan.columns.arm!r}: its arms are {quoted_list(scan.arms)}"
            )
    others = tuple(treatments) if treatments else tuple(arm for arm in scan.arms if arm != control)
    if not others or others == (control,):
        raise InputError(
            f"All rows are of the arm {control!r}: lift needs a second arm to compare with. Was the holdout left out?"
        )
    single = [arm for arm in (control, *others) if counts[arm] == 1]
    if single:
        raise InputError(f"Arm {quoted_list(single)} has a single row: its variance cannot be estimated")
    return others


def check_metrics(scan: Scan, metrics: Sequence[Metric]) -> None:
    """Raises InputError for a metric that never varies, or a ratio whose denominator is always zero."""
    ranges = dict(zip(scan.columns.values, zip(scan.low, scan.high, strict=True), strict=True))
    for metric in metrics:
        parts = [ranges[column] for column in metric.columns]
        if metric.denominator is not None and parts[1] == (0.0, 0.0):
            raise InputError(f"Metric {metric.name!r}: {metric.denominator!r} is 0 in every row")
        if all(low == high for low, high in parts):
            raise InputError(
                f"Metric {metric.name!r} never varies ({metric.numerator!r} is {parts[0][0]:g} in every row): "
                "there is nothing to compare. Is it filled in yet?"
            )
