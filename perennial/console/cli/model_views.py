"""Models as a person reads them: what each is worth on data it has not seen, and why its champion is champion."""

from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.cli.calibration_views import render_calibration
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.console.cli.model_page import ModelPage
    from perennial.statistics import Calibration
    from training import Evaluation, ModelLine, ModelReport

SHOWN_IMPORTANCES = 8


def render_models(lines: "list[ModelLine]") -> RenderableType:
    rows = [
        (line.model, line.stage or "all", line.horizon_days, line.champion, line.trained_as_of, line.message)
        for line in lines
    ]
    columns = ("model", "stage", "days", "champion", "as of", "quality")
    notes = [Text(f"\n{line.announcement}", style="yellow") for line in lines if line.announcement]
    return Group(table("Models, on the held-out period", columns, rows), *notes)


def render_report(page: "ModelPage") -> RenderableType:
    """One page: quality beside the baseline, calibration by stage, calibration since, lift, importances, history."""
    report = page.report
    line = report.line
    title = f"{line.model}: {line.meaning} (within {line.horizon_days} days)"
    parts: list[RenderableType] = [Text(title, style="bold"), Text(_champion(report)), Text(_horizon(line)), Text("")]
    if line.metrics:
        parts += [_quality(report), Text(_gain(report)), Text("")]
    parts += [
        part
        for part in (
            _values(report) or _stages(report),
            render_calibration(page.calibration),
            _lift(report),
            _importances(report),
            _history(report),
        )
        if part
    ]
    if report.plots:
        parts += [Text("Plots"), *(Text(f"  {name}: {url}") for name, url in report.plots.items())]
    return Group(*parts)


def _horizon(line: "ModelLine") -> str:
    horizon = line.horizon
    reasons = {
        "lifecycle.yml": "set in lifecycle.yml",
        "first champion": f"fixed when its first champion was trained, as of {horizon.fixed_as_of}",
        "cadence": f"by the brand's usual gap of {horizon.usual_gap_days} days, until a first champion is trained",
        "default": "its label's own, as the brand's cadence is not known",
    }
    words = f"Horizon: {horizon.horizon_days} days, {reasons[horizon.decided_by]}"
    return f"{words}\n{line.announcement}" if line.announcement else words


def _champion(report: "ModelReport") -> str:
    line = report.line
    if line.champion is None:
        return f"No champion: {line.message}"
    candidate = report.summary.candidate if report.summary else "unknown"
    described = f"Champion: version {line.champion} ({candidate}), trained as of {line.trained_as_of}"
    update = report.intercept_update
    if update is None:
        return described
    return f"{described}\nIntercept update of the scores of {update.as_of}: {update.log_odds:+.2f} in log odds"


def _quality(report: "ModelReport") -> RenderableType:
    line = report.line
    rows = [(name.replace("_", " "), value, line.baseline.get(name)) for name, value in line.metrics.items()]
    evaluation = _evaluation(report)
    if evaluation:
        error = evaluation.model.calibration.error
        bracketed = f"{error.estimate:.4f} [{error.low:.4f}, {error.high:.4f}]"
        rows.append(("calibration error", bracketed, None))  # type: ignore[arg-type]  # one cell is text
    return table(f"Held out, {_span(report)}", ("measure", "model", "baseline"), rows)


def _span(report: "ModelReport") -> str:
    test = report.summary.periods.get("test") if report.summary else None
    return f"{test.first} to {test.last}, {test.rows:,} rows" if test else "of an unknown period"


def _gain(report: "ModelReport") -> str:
    evaluation = _evaluation(report)
    if evaluation is None:
        return ""
    gain, loss = evaluation.improvement, evaluation.loss.replace("_", " ")
    return f"Gain in {loss} over the baseline: {gain.estimate:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}] (95 %)\n"


def _evaluation(report: "ModelReport") -> "Evaluation | None":
    return report.summary.evaluation if report.summary else None


def _stages(report: "ModelReport") -> RenderableType | None:
    evaluation = _evaluation(report)
    rows = [
        (stage, one.rows, one.predicted, one.observed, f"{error.estimate:+.4f} [{error.low:+.4f}, {error.high:+.4f}]")
        for stage, one in (evaluation.stages.items() if evaluation else ())
        for error in (one.error,)
    ]
    columns = ("stage", "rows", "predicted", "observed", "error")
    return Group(table("Predicted beside observed", columns, rows), Text("")) if rows else None


def _values(report: "ModelReport") -> RenderableType | None:
    """Of a model of amounts: what it predicted in each stage, what was realised, and whether amounts are published."""
    evaluation, statuses = _evaluation(report), report.value_statuses
    if evaluation is None or not statuses:
        return None
    rows = [
        (stage, one.customers, one.predicted, one.observed, _distance(one), statuses[stage].value)
        for stage, one in evaluation.stages.items()
    ]
    columns = ("stage", "customers", "predicted", "realised", "off by (95 %)", "amounts")
    return Group(table("Predicted beside realised, and what is published", columns, rows), Text(""))


def _distance(calibration: "Calibration") -> str:
    share = calibration.difference
    if calibration.observed <= 0:
        return "nothing was realised"
    return f"{share.estimate:+.0%} [{share.low:+.0%}, {share.high:+.0%}]"


def _lift(report: "ModelReport") -> RenderableType | None:
    evaluation = _evaluation(report)
    if evaluation is None:
        return None
    lifts = "  ".join(f"{value:.2f}" for value in evaluation.model.lift)
    return Group(Text("Lift by decile, most probable first", style="bold"), Text(f"{lifts}\n"))


def _importances(report: "ModelReport") -> RenderableType | None:
    importances = report.summary.importances if report.summary else {}
    ranked = sorted(importances.items(), key=lambda item: -item[1])[:SHOWN_IMPORTANCES]
    columns = ("feature", "loss added when shuffled")
    return Group(table("What it looks at", columns, ranked), Text("")) if ranked else None


def _history(report: "ModelReport") -> RenderableType | None:
    rows = [(one.as_of, one.action, one.version, _reason(one.evidence)) for one in report.history]
    columns = ("as of", "decision", "version", "why")
    return Group(table("Who was champion, and why", columns, rows), Text("")) if rows else None


def _reason(evidence: dict[str, Any]) -> str:
    return str(evidence.get("reason", ""))
