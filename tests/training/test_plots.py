"""What is logged for people: plots that render, one sentence, an example row of no real customer, the code's commit."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from perennial.statistics import Floats
from training.data.rows import Rows
from training.evaluation.contracts import Evaluation
from training.evaluation.metrics import Outcomes, evaluate
from training.evaluation.plots import draw_plots
from training.evaluation.summary import summarise_evaluation
from training.evaluation.training_summary import PLOTS
from training.registry.logging_run import git_tags
from training.registry.packaging import example_of
from training.specs import SPECS, PredictionKind, Spec

INTENT, VALUE = SPECS["purchase_intent"], SPECS["customer_value"]


def outcomes(kind: PredictionKind) -> tuple[Outcomes, Floats]:
    generator = np.random.default_rng(1)
    truth = expit(generator.normal(size=1000))
    unit = 1.0 if kind is PredictionKind.PROBABILITY else 80.0
    actual = (generator.random(1000) < truth).astype(float) * unit
    names = np.array([f"c{number}" for number in range(1000)], dtype=object)
    return Outcomes(kind, actual, names, np.full(1000, "engagement", dtype=object), np.ones(1000)), truth * unit


def evaluation_of(spec: Spec) -> Evaluation:
    observed, predicted = outcomes(spec.kind)
    return evaluate(observed, predicted, np.full(1000, observed.actual.mean()))


@pytest.mark.parametrize("spec", [INTENT, VALUE], ids=lambda spec: spec.name)
def test_every_plot_is_a_png(spec: Spec) -> None:
    plots = draw_plots(spec, evaluation_of(spec), {"mood": 0.2, "recency": 0.1}, {"mood": "Mood. In words."})
    assert set(plots) == set(PLOTS)
    assert all(plot.startswith(b"\x89PNG") and len(plot) > 5_000 for plot in plots.values())


def test_the_sentence_compares_with_the_baseline_and_gives_intervals() -> None:
    evaluation = evaluation_of(INTENT)
    sentence = summarise_evaluation(INTENT, "blend", evaluation)
    assert sentence.startswith("blend: log loss 0.")
    assert "better by +" in sentence
    assert "calibration error 0.0" in sentence
    assert "is the baseline itself" in summarise_evaluation(INTENT, "logistic_rfm", evaluation)


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
