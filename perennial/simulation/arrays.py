"""The arrays of a market: one value per customer, or one per thing that happened."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]


def sigmoid(logits: Floats) -> Floats:
    """The probability that each log odds stands for."""
    return 1 / (1 + np.exp(-logits))


def uniforms(random: np.random.Generator, count: int) -> Floats:
    """Half the width of NumPy's default, and twice as fast."""
    return random.random(count, dtype=np.float32)


def normals(random: np.random.Generator, *shape: int) -> Floats:
    """Standard normal draws, at single precision."""
    return random.standard_normal(shape, dtype=np.float32)
