"""Which models there are: one for each label in the dbt project, as the label's contract (its `.yml`) declares it.

Everything that lists models reads them here: lifecycle settings, the gate, Feast, audiences, monitoring and the DAGs.
How each is trained stands in `training.specs`; a test compares the two.
"""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perennial.dbt_contract import ContractError, columns_of, meta_of, read_dbt_model, type_of
from perennial.settings import load_settings
from perennial.stages import PredictionKind, Stage

_PREFIX = "label_"
_KINDS = {"boolean": PredictionKind.PROBABILITY, "double precision": PredictionKind.VALUE}


class LabelContract(BaseModel):
    """A model, as the contract of its label declares it.

    `stage`: whose customers it scores and whose audience it orders; None: it scores everyone who ever ordered.
    `horizon_days`: while the brand's cadence is not known, and never less; `horizon_gaps`: in the brand's usual gaps
    once it is, at most `horizon_at_most_days` (None: it never follows the cadence); unless `lifecycle.yml` says
    otherwise. `perennial.horizons` has the one in force.
    `recount`: what holds of a label beside `count_orders` and `revenue`, counted again by the gate from the orders
    within the horizon; None: the label does not follow from orders.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    stage: Stage | None
    kind: PredictionKind
    horizon_days: Annotated[int, Field(ge=1)]
    horizon_gaps: Annotated[float, Field(gt=0)] | None = None
    horizon_at_most_days: Annotated[int, Field(ge=7)] = 364
    recount: str | None = None
    columns: tuple[str, ...]


def load_models() -> dict[str, LabelContract]:
    """Every model by its name, in the order of the stages; those without a stage come last. Raises ContractError."""
    return dict(read_models(load_settings().dbt_project / "models" / "marts"))


def model_of(stage: Stage) -> str | None:
    """The model that orders the audience of `stage`; None: a rule orders it."""
    return next((name for name, label in load_models().items() if label.stage is stage), None)


@lru_cache
def read_models(folder: Path) -> dict[str, LabelContract]:
    """The models whose labels are described in `folder`, read once.

    Raises ContractError when a contract lacks what its model needs, or two models would order one audience.
    """
    labels = sorted(map(_read_label, folder.glob(f"{_PREFIX}*.yml")), key=_place)
    for one, other in pairwise(labels):
        if one.stage and one.stage is other.stage:
            raise ContractError(
                f"{one.name} and {other.name} would both order the audience {one.stage}: write `stage: null` in "
                f"{_PREFIX}{other.name}.yml for a model that scores everyone who ever ordered."
            )
    return {label.name: label for label in labels}


def _place(label: LabelContract) -> tuple[int, str]:
    stages = list(Stage)
    return (stages.index(label.stage) if label.stage else len(stages), label.name)


def _read_label(path: Path) -> LabelContract:
    model = read_dbt_model(path)
    columns = {str(column["name"]): type_of(column) for column in columns_of(model)}
    kind = _KINDS.get(columns.get("label", ""))
    if kind is None or (kind is PredictionKind.VALUE and "label_orders" not in columns):
        raise ContractError(
            f"{path}: the column `label` is of the data_type boolean (its model gives a probability), or double "
            "precision beside a column `label_orders` (it gives an amount)."
        )
    name = path.stem.removeprefix(_PREFIX)
    try:
        return LabelContract.model_validate({**meta_of(model), "name": name, "kind": kind, "columns": tuple(columns)})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ContractError(f"{path}: in `config: {{meta: ...}}`, {problems}.") from error
