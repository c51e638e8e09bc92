"""A suite run as a Great Expectations checkpoint against the warehouse, its pages rendered into Data Docs.

Imported inside the public functions only: Great Expectations takes seconds to import.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from expectations.bounded_measure import expectation_of
from expectations.report import Check, GateBrokenError
from expectations.suites import Bound, Measures
from perennial.database import Role, database_url

# add_postgres refuses a URL without a host (a socket's folder); a config string also keeps the password out of GX's
# records.
URL_VARIABLE = "PERENNIAL_GATE_URL"
SITE = "perennial"


@dataclass(frozen=True)
class Validated:
    """The checks of one run, and for each of its measures the page in Data Docs, relative to the site."""

    checks: list[Check]
    pages: dict[str, str]


def run_checkpoint(suite: str, as_of: date, measures: list[Measures], site: Path) -> Validated:
    """Validate `measures` in one checkpoint as the reader; afterwards `site` holds a page for each."""
    context = _context(site)
    with _warehouse(context) as source:
        checkpoint = context.checkpoints.add(
            gx.Checkpoint(
                name=f"{suite} as of {as_of}",
                validation_definitions=[_validation_definition(context, source, each) for each in measures],
                result_format="SUMMARY",
            )
        )
        outcome = checkpoint.run(run_id=gx.RunIdentifier(run_name=f"{suite}-{as_of}"))
    # Once for all pages: the checkpoint's own action would build the whole site again for each of them.
    context.build_data_docs(site_names=[SITE])
    return Validated(_checks(outcome.run_results, measures), _pages(outcome.run_results))


def _context(site: Path) -> Any:
    """A context for this run only, with our Data Docs site as its only one."""
    backends = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    data_docs = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
        "site_section_builders": {
            "validations": _section(str(backends.validation_results_store_name), "ValidationResultsPageRenderer"),
            "expectations": _section(str(backends.expectations_store_name), "ExpectationSuitePageRenderer"),
            "profiling": "None",
        },
        "site_index_builder": {"module_name": "expectations.data_docs", "class_name": "OwnIndex"},
    }
    configuration = DataContextConfig(
        store_backend_defaults=backends,
        data_docs_sites={SITE: data_docs},
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=configuration)


def _section(store: str, renderer: str) -> dict[str, Any]:
    view = {"module_name": "expectations.data_docs", "class_name": "PageView"}
    renderer_config = {"class_name": renderer}
    return {
        "class_name": "DefaultSiteSectionBuilder",
        "source_store_name": store,
        "renderer": renderer_config,
        "view": view,
    }


@contextmanager
def _warehouse(context: Any) -> Iterator[Any]:
    os.environ[URL_VARIABLE] = database_url(Role.READER).render_as_string(hide_password=False)
    # Each query runs once, into a temporary table that the expectations then read.
    source = context.data_sources.add_postgres(
        "warehouse", connection_string=f"${{{URL_VARIABLE}}}", create_temp_table=True
    )
    try:
        yield source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()
        os.environ.pop(URL_VARIABLE)


def _validation_definition(context: Any, source: Any, measures: Measures) -> Any:
    # GX takes only queries that begin with the word SELECT; ours begin with a comment and a CTE.
    asset = source.add_query_asset(measures.name, query=f"select * from (\n{measures.query}\n) as measures")
    suite = gx.ExpectationSuite(name=measures.name, expectations=[expectation_of(bound) for bound in measures.bounds])
    return context.validation_definitions.add(
        gx.ValidationDefinition(
            name=measures.name,
            data=asset.add_batch_definition_whole_table("all"),
            suite=context.suites.add(suite),
        )
    )


def _checks(run_results: Any, measures: list[Measures]) -> list[Check]:
    by_key = {
        (
            suite_result.suite_name,
            result.expectation_config.meta["check"],
            result.expectation_config.severity.value,
        ): result
        for suite_result in run_results.values()
        for result in suite_result.results
    }
    return [
        _check(by_key[each.name, bound.name, bound.severity.value], bound) for each in measures for bound in each.bounds
    ]


def _check(result: Any, bound: Bound) -> Check:
    if "observed_value" not in result.result:
        # GX's own message is not passed on: that of a failed query may quote a customer's value.
        raise GateBrokenError(f"The check '{bound.name}' could not run; the log of PostgreSQL gives the reason.")
    return Check(
        name=bound.name,
        severity=bound.severity,
        is_success=bool(result.success),
        observed=str(result.result["observed_value"]),
        expected=bound.sentence,
        meaning=bound.meaning,
    )


def _pages(run_results: Any) -> dict[str, str]:
    return {
        identifier.expectation_suite_identifier.name: "/".join(("validations", *identifier.to_tuple())) + ".html"
        for identifier in run_results
    }
