"""Draws docs/reliability.svg, the plot in the README, from the champion that `make demo` has trained: `make plot`."""

from pathlib import Path

from perennial.tabular import write_plot_file
from training import champion, find_spec
from training.evaluation.plots import reliability_diagram
from training.registry.run_artifacts import read_summary

FILE = Path(__file__).with_name("reliability.svg")
MODEL = "churn_risk"


def draw(model: str, file: Path) -> None:
    """The file holds predicted against observed probability of the model's champion, on its held-out period."""
    version = champion(model)
    evaluation = read_summary(model, version).evaluation if version else None
    if evaluation is None:
        raise SystemExit(f"{model} has no champion that was evaluated: run `make demo` first.")
    write_plot_file(reliability_diagram(find_spec(model), evaluation), file)


if __name__ == "__main__":
    draw(MODEL, FILE)
