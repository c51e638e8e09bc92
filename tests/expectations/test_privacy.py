"""Nothing that the gate writes identifies a customer, and its pages load nothing from other hosts."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from expectations import GateFailedError, validate_marts, validate_raw
from perennial.settings import load_settings

pytestmark = pytest.mark.integration

CUSTOMER = "grace.hopper@example.org"
VALUE = "48213.77"
BREAK_EVERYTHING = f"""
    update marts.customers set customer_id = '{CUSTOMER}', revenue = {VALUE} where customer_id = 'c7';
    update marts.orders set customer_id = '{CUSTOMER}', revenue = -{VALUE}, order_id = '{CUSTOMER}'
        where customer_id = 'c7';
    update marts.order_lines set revenue = {VALUE}, order_line_id = '{CUSTOMER}' where customer_id = 'c7';
    update marts.customer_features set stage = '{CUSTOMER}', revenue = {VALUE}, discount_share_91d = {VALUE},
        snapshot_at = snapshot_at + interval '1 hour' where customer_id in ('c7', 'c8');
    update marts.customer_stages set stage = '{CUSTOMER}' where customer_id in ('c7', 'c8');
    update marts.label_customer_value set stage = '{CUSTOMER}', label = {VALUE};
    update raw.events set user_id = '{CUSTOMER}', event = '{CUSTOMER}', occurred_at = received_at + interval '9 days',
        properties = '{{"order_id": "{CUSTOMER}", "total": -{VALUE}}}' where message_id < 'm-08'
"""


@pytest.fixture
def data_docs(healthy: Any) -> Path:
    """Data Docs of both suites, written while most checks fail, and nothing older."""
    site = load_settings().home / "data-docs"
    shutil.rmtree(site, ignore_errors=True)
    healthy.alter(BREAK_EVERYTHING)
    for validate in (validate_raw, validate_marts):
        with pytest.raises(GateFailedError) as stopped:
            validate(healthy.as_of)
        assert CUSTOMER not in str(stopped.value)
        assert VALUE not in str(stopped.value)
    return site


def test_no_page_holds_a_customers_id_or_value(data_docs: Path) -> None:
    pages = [page for page in data_docs.rglob("*") if page.is_file()]
    assert len(pages) > 20
    for page in pages:
        content = page.read_bytes()
        assert CUSTOMER.encode() not in content, page
        assert VALUE.encode() not in content, page
        assert b"48,213" not in content, page


def test_gate_runs_hold_no_customers_id(healthy: Any, data_docs: Path) -> None:
    assert data_docs.exists()
    rows = healthy.connection.execute("select statistics::text || failures::text from gate.runs").fetchall()
    assert not [row for (row,) in rows if CUSTOMER in row]


def test_no_page_loads_anything_from_elsewhere(data_docs: Path) -> None:
    for page in data_docs.rglob("*.html"):
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", page.read_text())
        assert not loaded, page


def test_every_link_of_the_index_and_of_a_run_leads_somewhere(data_docs: Path) -> None:
    for page in data_docs.rglob("*.html"):
        for target in re.findall(r'<a href="([^"#]+)"', page.read_text()):
            assert (page.parent / target).exists(), f"{page} → {target}"
