"""Brands of odd shapes as events, each customer's planted state and future beside them."""

from perennial.simulation.shapes.catalogue import SHAPES, UnknownShapeError, find_shape
from perennial.simulation.shapes.contracts import Brand, Shape
from perennial.simulation.shapes.file import ShapeReport, brand_of, simulate_shape
from perennial.simulation.shapes.futures import Future, planted_future
from perennial.simulation.shapes.truth import Truth, planted_truth, truth_path

__all__ = [
    "SHAPES",
    "Brand",
    "Future",
    "Shape",
    "ShapeReport",
    "Truth",
    "UnknownShapeError",
    "brand_of",
    "find_shape",
    "planted_future",
    "planted_truth",
    "simulate_shape",
    "truth_path",
]
