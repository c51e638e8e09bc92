"""What is logged for people: pictures that render, an example that is nobody, the code's commit."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import expit

from training.data.rows import Rows
from training.evaluation.metrics import Outcomes, evaluate
from training.evaluation.plots import draw_plots
from training.evaluation.summary import tell_evaluation
from training.registry.logging_run import example_of, git_tags
from training.specs import SPECS, PredictionKind

INTENT, VALUE = SPECS["purchase_intent"], SPECS["customer_value"]


def outcomes(kind: PredictionKind) -> tuple[Outcomes, "np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    generator = np.random.default_rng(1)
    truth = expit(generator.normal(size=1000))
    actual = (generator.random(1000) < truth).astype(float) * (1.0 if kind is PredictionKind.PROBABILITY else 80.0)
    names = np.array([f"c{number}" for number in range(1000)], dtype=object)
    told = truth if kind is PredictionKind.PROBABILITY else truth * 80
    return Outcomes(kind, actual, names, np.full(1000, "engagement", dtype=object), np.ones(1000)), told


def test_every_picture_is_a_png() -> None:
    for spec in (INTENT, VALUE):
        happened, told = outcomes(spec.kind)
        judged = evaluate(happened, told, np.full(1000, happened.actual.mean()))
        pictures = draw_plots(spec, judged, {"mood": 0.2, "recency": 0.1}, {"mood": "Mood. In words."})
        assert set(pictures) == {"reliability", "lift", "importances"}
        assert all(picture.startswith(b"\x89PNG") and len(picture) > 5_000 for picture in pictures.values())


def test_the_outcome_is_told_beside_the_baseline_with_intervals() -> None:
    happened, told = outcomes(PredictionKind.PROBABILITY)
    judged = evaluate(happened, told, np.full(1000, happened.actual.mean()))
    said = tell_evaluation(INTENT, "blend", judged)
    assert said.startswith("blend: log loss 0.")
    assert "better by +" in said
    assert "calibration error 0.0" in said
    assert "is the baseline itself" in tell_evaluation(INTENT, "logistic_rfm", judged)


def test_the_input_example_is_no_row_of_a_real_customer(make_rows: Callable[..., Rows]) -> None:
    features = make_rows(50, 4).features
    example = example_of(features)
    assert list(example) == list(features)
    assert example["department"].item() == "unknown"
    assert example["revenue"].item() not in set(features["revenue"])
    assert not example.isna().to_numpy().any()


def test_the_commit_is_that_of_the_checkout_and_none_elsewhere(tmp_path: Path) -> None:
    assert git_tags(tmp_path) == {}
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "First"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert git_tags(tmp_path) == {"git_commit": head}
