"""The name of a training: the same rows, split, spec and recipe give the same digest, and so the same model."""

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from training.data.periods import Periods
from training.data.rows import Rows
from training.specs import Spec

# The sources that decide a fit. Editing one makes the next training a new one, although its data did not change.
_RECIPE = (
    "calibration/*.py",
    "data/labels.py",
    "data/periods.py",
    "data/rows.py",
    "estimators/*.py",
    "evaluation/held_out.py",
    "selection.py",
)


def digest_of(spec: Spec, rows: Rows, periods: Periods) -> str:
    """32 hexadecimal digits of SHA-256 over everything that the model depends on."""
    identity = f"{spec}{spec.stage}{spec.kind}{spec.horizon_days}{periods}{list(rows.features)}"
    sha = hashlib.sha256(identity.encode())
    sha.update(pd.util.hash_pandas_object(rows.features, index=False).to_numpy().tobytes())
    sha.update(pd.util.hash_array(rows.customers).tobytes())
    sha.update(np.ascontiguousarray(rows.target).tobytes())
    sha.update(rows.messaged.tobytes())
    sha.update(recipe_digest(Path(__file__).parent.parent).encode())
    return sha.hexdigest()[:32]


def recalibrated_digest(version: str, digest: str) -> str:
    """The name of a recalibration of `version` on the rows that `digest` names."""
    return hashlib.sha256(f"recalibrated {version} {digest}".encode()).hexdigest()[:32]


@lru_cache
def recipe_digest(package: Path) -> str:
    """Hexadecimal SHA-256 of the sources under `package` that decide how a model is fitted."""
    files = sorted(file for pattern in _RECIPE for file in package.glob(pattern))
    sha = hashlib.sha256()
    for file in files:
        sha.update(f"{file.relative_to(package)}\n".encode() + file.read_bytes())
    return sha.hexdigest()
