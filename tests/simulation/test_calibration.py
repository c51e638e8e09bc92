"""The default market resembles real shoppers in every figure that both have."""

import pytest

from perennial.simulation.comparison import Figure, compare_with_complete_journey


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return {figure.name: figure for figure in compare_with_complete_journey(2_500, seed=1)}


@pytest.mark.parametrize(
    ("start", "tolerance"),
    [("gap between", 0.25), ("orders in a year, 50%", 0.15), ("orders in a year, 90%", 0.15), ("customers who", 0.05),
     ("of those", 0.05), ("of the others", 0.2), ("mean order value", 0.1), ("offers redeemed", 0.25)],
)  # fmt: skip
def test_a_figure_of_the_market_is_near_the_real_one(figures: dict[str, Figure], start: str, tolerance: float) -> None:
    chosen = [figure for name, figure in figures.items() if name.startswith(start)]
    assert chosen
    for figure in chosen:
        # Gaps are whole days.
        slack = 1.0 if start == "gap between" else 0.0
        assert abs(figure.simulated - figure.real) <= tolerance * figure.real + slack, figure
