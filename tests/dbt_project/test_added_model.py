"""An ML engineer adds a model as one entry and its label, and it orders an audience: nothing else was edited."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from perennial.settings import PROJECT_ROOT
from tests.dbt_project.brand import Brand, Event, at, order

pytestmark = pytest.mark.integration

DAY = date(2022, 6, 19)  # a Sunday
FIRST_DAY = DAY - timedelta(weeks=22)
CUSTOMERS = 500
CODE = ("perennial", "training", "expectations", "feature_repo", "dags", "dbt_project")
CHECKS = ("pyproject.toml", "tests/conftest.py", "tests/test_models.py")
ENTRY = """        Spec(
            name="first_order",
            meaning="orders for the first time within the horizon",
            raises="the probability of a first order",
            candidates=PROBABILITY_CANDIDATES,
        ),
"""
LABEL = """{% call label() %}
    coalesce(outcomes.count_orders, 0) >= 1 as label
{% endcall %}
"""
COMMAND = "from perennial.console.cli.main import app; app()"
CHAIN = """
import json, runpy, sys
from datetime import date
from pathlib import Path

import perennial
from expectations import validate_marts
from perennial.audiences import publish, pull
from perennial.features import apply_feature_repo, close_feature_store, materialize
from perennial.warehouse import build
from training import SPECS, champion, promote, score, train

project, day = Path(sys.argv[1]), date.fromisoformat(sys.argv[2])
assert Path(perennial.__file__).is_relative_to(project)
build(day)
gate = validate_marts(day)
apply_feature_repo()
materialize(day)
trained = train(SPECS["first_order"], day)
if champion("first_order") is None:
    promote("first_order", trained.version)
scored = score(SPECS["first_order"], day)
materialize(day, views=["first_order_scores"])
run = publish("prospect", day)
members = pull("prospect")
close_feature_store()
trainable = runpy.run_path(str(project / "dags" / "train_models.py"))["EVERY_MODEL"]
print(json.dumps({
    "trainable": trainable,
    "failures": len(gate.failures),
    "scored": scored.count_scored,
    "ordered_by": [run.ordered_by, run.model_version],
    "version": trained.version,
    "ranked": members["probability"].tolist(),
    "served": members["first_order_probability"].tolist(),
}))
"""


def visits(generator: random.Random) -> Iterator[Event]:
    """Visitors who look now and then; who has looked at a product orders a few days later, then each week or two."""
    for number in range(CUSTOMERS):
        name, is_keen = f"c{number:03d}", generator.random() < 0.4
        ordered_on: date | None = None
        day = FIRST_DAY + timedelta(days=generator.randrange(7 * 20))
        while day <= DAY:
            moment = at(f"{day}T{generator.randrange(8, 22):02d}:00")
            if ordered_on is None:
                viewed = is_keen and generator.random() < 0.7
                event = {"event": "Product Viewed"} if viewed else {"type": "page"}
                yield Event(f"v-{name}-{day}", moment, user_id=name, **event)
                if generator.random() < (0.3 if viewed else 0.02):
                    ordered_on = day + timedelta(days=generator.randrange(1, 5))
                day = ordered_on or day + timedelta(days=generator.randrange(1, 6))
            else:
                yield order(
                    f"o-{name}-{day}", name, str(moment.replace(tzinfo=None)), generator.randrange(500, 5000) / 100
                )
                day += timedelta(days=generator.randrange(4, 16))


def add_the_model(project: Path) -> None:
    """All that CONTRIBUTING.md asks of whoever adds a model."""
    specs, marts = project / "training" / "specs.py", project / "dbt_project" / "models" / "marts"
    table, found, after = specs.read_text().partition("    for spec in (\n")
    assert found
    specs.write_text(table + found + ENTRY + after)
    (marts / "label_first_order.sql").write_text(LABEL)
    contract = (marts / "label_purchase_intent.yml").read_text()
    for before, after in (("purchase_intent", "first_order"), ("stage: engagement", "stage: prospect")):
        assert before in contract
        contract = contract.replace(before, after)
    (marts / "label_first_order.yml").write_text(contract)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the whole code, whose packages a process started by `run` imports."""
    for folder in CODE:
        shutil.copytree(
            PROJECT_ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "target")
        )
    (tmp_path / "tests").mkdir()
    for file in CHECKS:
        shutil.copy(PROJECT_ROOT / file, tmp_path / file)
    return tmp_path


def run(project: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": os.fspath(project),
        "PERENNIAL_PROJECT": os.fspath(project),
        "AIRFLOW_HOME": os.fspath(project / "airflow"),
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        env=environment,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_model_is_one_entry_and_its_label(
    brand: Brand, project: Path, set_by_hand: Callable[[dict[str, Any]], None]
) -> None:
    brand.load(visits(random.Random(9)))
    brand.consent()
    set_by_hand({"training": {"min_positives": 10}, "holdout_share": 0})
    add_the_model(project)

    run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_models.py")
    assert "first_order" in run(project, "-c", COMMAND, "models", "report", "--help")
    found: dict[str, Any] = json.loads(run(project, "-c", CHAIN, os.fspath(project), str(DAY)).splitlines()[-1])

    assert found["failures"] == 0
    assert "first_order" in found["trainable"]
    assert found["ordered_by"] == ["first_order", found["version"]]
    scores = brand.all("select probability from predictions.scores where model = 'first_order' order by 1 desc")
    assert len(scores) == found["scored"] > 50
    assert found["ranked"] == [probability for (probability,) in scores]
    assert found["served"] == found["ranked"]
    assert len(set(found["ranked"])) > 10
