"""Continuous integration and the commit hooks run what a person types, and nothing else."""

import re
import tomllib
from typing import Any

import yaml

from perennial.settings import PROJECT_ROOT

WORKFLOW = (PROJECT_ROOT / ".github" / "workflows" / "ci.yml").read_text()
MAKEFILE = (PROJECT_ROOT / "Makefile").read_text()


def job() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW)["jobs"]["test"]
    return found


def hooks() -> list[dict[str, Any]]:
    (repository,) = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    found: list[dict[str, Any]] = repository["hooks"]
    return found


def test_the_workflow_runs_what_ci_run_does_and_nothing_more() -> None:
    assert [step["run"] for step in job()["steps"] if "run" in step] == [".ci/run"]
    assert (PROJECT_ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_workflow_covers_the_python_releases_that_the_package_supports() -> None:
    supported = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    releases = job()["strategy"]["matrix"]["python"]
    first, last = (int(release.removeprefix("3.")) for release in (releases[0], releases[-1]))
    assert releases == [f"3.{minor}" for minor in range(first, last + 1)]
    assert supported == f">=3.{first},<3.{last + 1}"


def test_the_workflow_uses_no_secret_and_only_actions_pinned_by_a_full_tag() -> None:
    assert "secrets" not in WORKFLOW
    actions = [step["uses"] for step in job()["steps"] if "uses" in step]
    assert len(actions) == 2
    assert [action for action in actions if not re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", action)] == []


def test_the_hooks_are_the_parts_of_make_lint() -> None:
    (parts,) = re.findall(r"^lint: ([a-z -]+?) *##", MAKEFILE, flags=re.MULTILINE)
    assert sorted(hook["entry"] for hook in hooks()) == sorted(f"make {part}" for part in parts.split())


def test_the_hooks_download_nothing() -> None:
    assert {hook["language"] for hook in hooks()} == {"system"}
