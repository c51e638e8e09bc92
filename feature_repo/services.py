"""Which features go together: what each model reads, and what an audience shows."""

from feast import FeatureService
from views import customer_features, scores_views

from perennial.stages import STAGE_MODELS, Model, Stage

model_services = [
    FeatureService(
        name=f"{model}_v1",
        features=[customer_features],
        description=f"What {model} is trained on and scores with.",
    )
    for model in Model
]


def _audience_service(stage: Stage) -> FeatureService:
    models = [*filter(None, [STAGE_MODELS.get(stage)]), Model.CUSTOMER_VALUE]
    return FeatureService(
        name=f"audience_{stage}_v1",
        features=[customer_features, *(scores_views[model] for model in models)],
        description=f"What is shown of each member of the {stage} audience: features, and their scores.",
    )


# Feast finds what it registers as attributes of the module, not inside a list.
for _service in [*model_services, *map(_audience_service, Stage)]:
    globals()[_service.name] = _service
