"""What a person looks at before trusting a model: reliability, lift and importances, as PNG, drawn in-process."""

import json
from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from training.evaluation.metrics import Evaluation, Quality
from training.specs import PredictionKind, Spec

INK, MODEL, BASELINE, PALE = "#23313a", "#0b6e6e", "#b0793a", "#d7dee1"
WIDTH, HEIGHT = 440, 300
SHOWN_FEATURES = 15

Picture = alt.Chart | alt.LayerChart


def draw(
    spec: Spec, evaluation: Evaluation, importances: Mapping[str, float], words: Mapping[str, str]
) -> dict[str, bytes]:
    """The pictures of one evaluation, by name."""
    return {
        "reliability": _png(reliability_diagram(spec, evaluation)),
        "lift": _png(lift_chart(spec, evaluation)),
        "importances": _png(importance_chart(spec, importances, words)),
    }


def reliability_diagram(spec: Spec, evaluation: Evaluation) -> Picture:
    """Predicted against observed in groups of equal size, with intervals, the baseline behind, and the diagonal."""
    points = pd.concat([_bins("model", evaluation.model), _bins("baseline", evaluation.baseline)])
    top = float(max(points["high"].max(), points["predicted"].max())) * 1.05
    scale = alt.Scale(domain=[0, min(top, 1.0) if spec.kind is PredictionKind.PROBABILITY else top], nice=False)
    unit = "probability" if spec.kind is PredictionKind.PROBABILITY else "spend"
    number = ".0%" if spec.kind is PredictionKind.PROBABILITY else ",.0f"
    x = alt.X("predicted:Q", title=f"predicted {unit}", scale=scale, axis=alt.Axis(format=number))
    y = alt.Y("observed:Q", title=f"observed {unit}", scale=scale, axis=alt.Axis(format=number))
    diagonal = alt.Chart(pd.DataFrame({"predicted": scale.domain, "observed": scale.domain}))
    chart = alt.Chart(points).encode(x=x, color=_who("top-left"))
    error = evaluation.model.calibration.error
    return _titled(
        alt.LayerChart(
            layer=[
                diagonal.mark_line(color=INK, strokeDash=[4, 4], opacity=0.5).encode(x=x, y=y),
                chart.mark_rule(strokeWidth=1.5, opacity=0.7).encode(y=alt.Y("low:Q", title=""), y2="high:Q"),
                chart.mark_line(strokeWidth=1, opacity=0.6).encode(y=y),
                chart.mark_point(size=50, filled=True, opacity=1).encode(y=y),
            ]
        ),
        f"{spec.name}: does the prediction mean what it says?",
        f"Calibration error {error.estimate:.3f} (95 % interval {error.low:.3f} to {error.high:.3f}), held-out period",
    )


def lift_chart(spec: Spec, evaluation: Evaluation) -> Picture:
    """The outcome of each tenth of the customers, best prediction first, over the average."""
    bars = pd.concat(
        [
            pd.DataFrame({"tenth": range(1, len(quality.lift) + 1), "lift": quality.lift, "who": who})
            for who, quality in (("model", evaluation.model), ("baseline", evaluation.baseline))
        ]
    )
    x = alt.X("tenth:O", title="tenth of the customers, highest prediction first", axis=alt.Axis(labelAngle=0))
    chart = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            x=x,
            xOffset=alt.XOffset("who:N", sort=["model", "baseline"]),
            y=alt.Y("lift:Q", title="times the average"),
            color=_who("top-right"),
        )
    )
    average = (
        alt.Chart(pd.DataFrame({"lift": [1.0]})).mark_rule(color=INK, strokeDash=[4, 4], opacity=0.5).encode(y="lift:Q")
    )
    return _titled(
        chart + average, f"{spec.name}: how well it ranks", "Observed outcome over the average, held-out period"
    )


def importance_chart(spec: Spec, importances: Mapping[str, float], words: Mapping[str, str]) -> Picture:
    """By how much the loss grows when a feature is shuffled among the held-out rows."""
    strongest = sorted(importances.items(), key=lambda item: -item[1])[:SHOWN_FEATURES]
    bars = pd.DataFrame(
        [{"feature": _short(words.get(name, name)), "loss": max(loss, 0.0)} for name, loss in strongest]
    )
    chart = (
        alt.Chart(bars)
        .mark_bar(color=MODEL, height={"band": 0.7})
        .encode(
            y=alt.Y("feature:N", sort=None, title=None, axis=alt.Axis(labelLimit=330)),
            x=alt.X("loss:Q", title="growth of the loss when shuffled", axis=alt.Axis(tickCount=6)),
        )
    )
    return _titled(
        chart, f"{spec.name}: what it looks at", "Permutation importance, held-out period", height=24 * len(bars)
    )


def _bins(who: str, quality: Quality) -> pd.DataFrame:
    return pd.DataFrame([vars(part) for part in quality.calibration.bins]).assign(who=who)


def _who(where: Literal["top-left", "top-right"]) -> alt.Color:
    scale = alt.Scale(domain=["model", "baseline"], range=[MODEL, BASELINE])
    return alt.Color("who:N", title=None, scale=scale, legend=alt.Legend(orient=where, offset=8))


def _short(text: str, length: int = 52) -> str:
    first = text.split(". ", maxsplit=1)[0].rstrip(".")
    return first if len(first) <= length else first[: length - 1].rsplit(" ", 1)[0] + " …"


def _titled(chart: alt.Chart | alt.LayerChart, title: str, subtitle: str, height: int = HEIGHT) -> Picture:
    words = alt.TitleParams(title, subtitle=subtitle, anchor="start", fontSize=15, subtitleFontSize=11, offset=12)
    titled: Picture = (
        chart.properties(width=WIDTH, height=height, title=words, background="white", padding=16)
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor=PALE, domainColor=PALE, tickColor=PALE, titleFontWeight="normal"
        )
        .configure_title(color=INK, subtitleColor=INK)
        .configure_view(stroke=None)
    )
    return titled


def _png(picture: Picture) -> bytes:
    import vl_convert

    specification: dict[str, Any] = json.loads(picture.to_json())
    png: bytes = vl_convert.vegalite_to_png(specification, scale=2)
    return png
