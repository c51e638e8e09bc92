"""Which features go together: what each model reads, and what an audience shows."""

from feast import FeatureService
from views import customer_features, scores_views

from perennial.models import load_models
from perennial.stages import Stage

model_services = [
    FeatureService(
        name=f"{model}_v1",
        features=[customer_features],
        description=f"What {model} is trained on and scores with.",
    )
    for model in load_models()
]


def _audience_service(stage: Stage) -> FeatureService:
    models = [name for name, label in load_models().items() if label.stage in {stage, None}]
    return FeatureService(
        name=f"audience_{stage}_v1",
        features=[customer_features, *(scores_views[model] for model in models)],
        description=f"What is shown of each member of the {stage} audience: features, and their scores.",
    )


# Feast finds what it registers as attributes of the module, not inside a list.
for _service in [*model_services, *map(_audience_service, Stage)]:
    globals()[_service.name] = _service
