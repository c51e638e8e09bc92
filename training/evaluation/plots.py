"""The plots of an evaluation: reliability, lift by decile and feature importances, as PNG, rendered in-process."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from perennial.tabular import DASHES, INK, OCHRE, TEAL, reliability_layers, render_png, series_color, styled
from training.evaluation.contracts import Evaluation, Quality
from training.specs import PredictionKind, Spec

WIDTH, HEIGHT = 440, 300
SHOWN_FEATURES = 15
_SERIES = {"model": TEAL, "baseline": OCHRE}

Chart = alt.Chart | alt.LayerChart


def draw_plots(
    spec: Spec, evaluation: Evaluation, importances: Mapping[str, float], descriptions: Mapping[str, str]
) -> dict[str, bytes]:
    """PNG bytes of each plot, by name: "reliability", "lift" and "importances".

    `importances`: the growth of the loss for each feature. `descriptions`: each feature's description in the contract.
    """
    return {
        "reliability": render_png(reliability_diagram(spec, evaluation)),
        "lift": render_png(lift_chart(spec, evaluation)),
        "importances": render_png(importance_chart(spec, importances, descriptions)),
    }


def reliability_diagram(spec: Spec, evaluation: Evaluation) -> Chart:
    """Predicted against observed in bins of equal size, model and baseline, with intervals and the diagonal."""
    points = pd.concat([_bins("model", evaluation.model), _bins("baseline", evaluation.baseline)])
    is_probability = spec.kind is PredictionKind.PROBABILITY
    unit = "probability" if is_probability else "spend"
    axes = (f"predicted {unit}", f"observed {unit}")
    error = evaluation.model.calibration.error
    return styled(
        reliability_layers(points, _SERIES, axes, is_probability=is_probability).properties(width=WIDTH, height=HEIGHT),
        f"{spec.name}: reliability",
        f"Calibration error {error.estimate:.3f} (95 % interval {error.low:.3f} to {error.high:.3f}), held-out period",
    )


def lift_chart(spec: Spec, evaluation: Evaluation) -> Chart:
    """The mean outcome of each decile of the predictions, highest first, over the average."""
    bars = pd.concat(
        [
            pd.DataFrame({"decile": range(1, len(quality.lift) + 1), "lift": quality.lift, "who": who})
            for who, quality in (("model", evaluation.model), ("baseline", evaluation.baseline))
        ]
    )
    x = alt.X("decile:O", title="decile of the customers, highest prediction first", axis=alt.Axis(labelAngle=0))
    chart = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            x=x,
            xOffset=alt.XOffset("who:N", sort=list(_SERIES)),
            y=alt.Y("lift:Q", title="times the average"),
            color=series_color(_SERIES, "top-right"),
        )
    )
    average = alt.Chart(pd.DataFrame({"lift": [1.0]})).mark_rule(color=INK, strokeDash=DASHES, opacity=0.5)
    layers: alt.LayerChart = (chart + average.encode(y="lift:Q")).properties(width=WIDTH, height=HEIGHT)
    return styled(layers, f"{spec.name}: lift by decile", "Observed outcome over the average, held-out period")


def importance_chart(spec: Spec, importances: Mapping[str, float], descriptions: Mapping[str, str]) -> Chart:
    """By how much the loss grows when a feature is shuffled among the held-out rows, the strongest features."""
    strongest = sorted(importances.items(), key=lambda item: -item[1])[:SHOWN_FEATURES]
    bars = pd.DataFrame(
        [{"feature": _short(descriptions.get(name, name)), "loss": max(loss, 0.0)} for name, loss in strongest]
    )
    chart: alt.Chart = (
        alt.Chart(bars)
        .mark_bar(color=TEAL, height={"band": 0.7})
        .encode(
            y=alt.Y("feature:N", sort=None, title=None, axis=alt.Axis(labelLimit=330)),
            x=alt.X("loss:Q", title="growth of the loss when shuffled", axis=alt.Axis(tickCount=6)),
        )
        .properties(width=WIDTH, height=24 * len(bars))
    )
    return styled(chart, f"{spec.name}: feature importances", "Permutation importance, held-out period")


def _bins(series: str, quality: Quality) -> pd.DataFrame:
    return pd.DataFrame([vars(part) for part in quality.calibration.bins]).assign(who=series)


def _short(text: str, length: int = 52) -> str:
    first = text.split(". ", maxsplit=1)[0].rstrip(".")
    return first if len(first) <= length else first[: length - 1].rsplit(" ", 1)[0] + " …"
