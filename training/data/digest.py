"""The name of a training: the same rows, split, spec and recipe give the same digest, and so the same model."""

import hashlib
import lzma
from pathlib import Path

import numpy as np
import pandas as pd

from training.data.periods import Periods
from training.data.rows import Rows
from training.specs import Spec

# What decides how a model is fitted. Release 0.1 hashed its own sources; they have been moved and renamed since without
# a change of any number, so their bytes stay what is hashed, and the versions of older homes are found again. Whoever
# changes the numbers of a training replaces this file by a version number, which makes every training a new one.
_RECIPE_FILE = Path(__file__).with_name("recipe_0_1.xz")


def digest_of(spec: Spec, rows: Rows, periods: Periods) -> str:
    """32 hexadecimal digits of SHA-256 over everything that the model depends on."""
    sha = hashlib.sha256(f"{_identity(spec)}{spec.horizon_days}{periods}{list(rows.features)}".encode())
    sha.update(pd.util.hash_pandas_object(rows.features, index=False).to_numpy().tobytes())
    sha.update(pd.util.hash_array(rows.customers).tobytes())
    sha.update(np.ascontiguousarray(rows.target).tobytes())
    sha.update(rows.messaged.tobytes())
    sha.update(lzma.decompress(_RECIPE_FILE.read_bytes()))
    return sha.hexdigest()[:32]


def recalibrated_digest(version: str, digest: str) -> str:
    """The name of a recalibration of `version` on the rows that `digest` names."""
    return hashlib.sha256(f"recalibrated {version} {digest}".encode()).hexdigest()[:32]


def _identity(spec: Spec) -> str:
    # Spelled out, so that a renamed class or field keeps the digest: the spec as release 0.1 printed it.
    stage = f"<Stage.{spec.stage.name}: {spec.stage.value!r}>" if spec.stage else None
    return (
        f"Spec(name=<Model.{spec.name.upper()}: {spec.name!r}>, stage={stage}, "
        f"kind=<Kind.{spec.kind.name}: {spec.kind.value!r}>, meaning={spec.meaning!r}, raises={spec.raises!r}, "
        f"candidates={spec.candidates!r}, is_about_newcomers={spec.is_about_newcomers!r})"
    )
