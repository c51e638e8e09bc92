"""The shapes there are."""

from datetime import date

from perennial.simulation.shapes.clock import SUNDAY, Closures
from perennial.simulation.shapes.contracts import EXACT, Shape


class UnknownShapeError(ValueError):
    """A shape was named that does not exist."""


SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("weekly", "a grocer: an order a week, few leave", 1_500, 364, 7.0, 4.0, (0.5, 0.97), gap_sigma=0.1),
        Shape(
            "subscription", "renewals every 30 days, 8 % leave at each, 63 % of them for good", 900, 300, 30.0, EXACT,
            (0.5, 0.92), lapsed_share=0.37, lapsed_gaps=1.5, joined_until=0.67,
        ),
        Shape(
            "minimum_term", "a box a week, nobody may leave within 16 weeks", 400, 364, 7.0, EXACT,
            (0.5, *[1.0] * 15, 0.9), lapsed_share=0.2, lapsed_gaps=8.0,
        ),
        Shape(
            "growing", "the first three weeks, 20 % more join each day", 2_000, 21, 6.2, 2.0, (0.5, 0.85),
            gap_sigma=0.2, growth=0.2,
        ),
        Shape(
            "yearly", "gifts, an order a year around an own date", 1_500, 1_460, 365.0, 40.0,
            (0.5, 0.45, 0.6, 0.75, 0.85), lapsed_gaps=1.0, start=date(2021, 1, 4),
        ),
        Shape(
            "once", "mattresses, 97 % buy once", 3_000, 730, 60.0, 1.5, (0.5, 0.03), gap_sigma=0.2, lapsed_share=0.0,
        ),
        Shape(
            "closed_days", "closed on Sundays and for two weeks over New Year", 1_200, 371, 8.0, 3.0, (0.5, 0.95),
            gap_sigma=0.1, closures=Closures((SUNDAY,), (12, 24), (1, 6)),
        ),
        Shape(
            "peak_and_outage", "a day of 20 times the orders, 80 % of them never again; no events on five days before",
            1_800, 300, 18.0, 2.0, (0.5, 0.95), gap_sigma=0.2, lapsed_share=0.0, peak_days_ago=35,
            stay_of_peak=(0.5, 0.2, 0.95), outage_days=(50, 46),
        ),
        Shape(
            "whale", "40 customers, one of whom orders every day", 40, 364, 20.0, 2.0, (0.5, 0.97), gap_sigma=0.3,
            prospects=0.0, whales=1,
        ),
        Shape(
            "mostly_anonymous", "most visits and some orders without user id", 2_400, 250, 12.0, 2.0, (0.5, 0.9),
            gap_sigma=0.2, share_logged_out=(0.7, 0.3), strangers=0.6,
        ),
        Shape(
            "season", "twelve times as busy in December as in June", 1_500, 730, 30.0, 2.0, (0.5, 0.9),
            gap_sigma=0.2, season=0.85,
        ),
    )
}  # fmt: skip


def find_shape(name: str) -> Shape:
    """The shape called `name`. Raises UnknownShapeError listing those there are."""
    shape = SHAPES.get(name.strip().lower().replace("-", "_"))
    if shape is None:
        raise UnknownShapeError(f"'{name}' is no shape; there are: {', '.join(SHAPES)}")
    return shape
