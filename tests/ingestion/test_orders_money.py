"""Amounts as files write them: read where there is one way to, unknown where there are two, never zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perennial.ingestion.tables.amounts import decimal_mark_of, is_ambiguous, plain_number, read_amount
from perennial.ingestion.tables.options import DecimalMark

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA
NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)


def write(value: Decimal, mark: DecimalMark, group: str) -> str:
    """A number as people of one country write it, in groups of three."""
    text = f"{value:,.2f}"
    return text.replace(",", "g").replace(".", mark).replace("g", group)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.120,00", "1120"),
        ("-12,50", "-12.5"),
        ("12,50-", "-12.5"),
        ("(12.50)", "-12.5"),
        ("\u221212.50", "-12.5"),
        ("1299.00", "1299"),
        (" 1299 ", "1299"),
        ("1,299.00", "1299"),
        ("1 299,00", "1299"),
        ("1\u202f299,00", "1299"),
        ("1'299.00", "1299"),
        ("$1299.00", "1299"),
        ("1.299,00 \u20ac", "1299"),
        ("CHF 12.50", "12.5"),
        ("+1299.00", "1299"),
        ("1.234.567", "1234567"),
        ("0.299", "0.299"),
        ("1299.000", "1299"),
        (".50", "0.5"),
        ("0", "0"),
        ("0,00", "0"),
        ("1e3", "1000"),
    ],
)
def test_an_amount_is_read_in_the_one_way_it_can_be(text: str, value: str) -> None:
    amount = read_amount(text, None)
    assert amount is not None
    assert amount.value == Decimal(value)


@pytest.mark.parametrize("text", ["1.299", "1,299", "-1.299", "12.345 \u20ac"])
def test_one_separator_before_three_digits_is_ambiguous(text: str) -> None:
    assert read_amount(text, None) is None
    assert is_ambiguous(text)
    by_point, by_comma = read_amount(text, POINT), read_amount(text, COMMA)
    assert by_point is not None
    assert by_comma is not None
    assert by_point.value != by_comma.value


@pytest.mark.parametrize(
    "text", ["", "abc", "1.2.3", "1,2,3", "12.50 - 3", "--5", "12:50", "1 2", "(5", "50%", "-", ".", "1,23,456"]
)
def test_what_is_no_amount_is_unknown(text: str) -> None:
    assert read_amount(text, None) is None
    assert not is_ambiguous(text)


@given(
    NUMBERS, st.sampled_from([(POINT, ","), (COMMA, "."), (COMMA, " "), (COMMA, "\u202f"), (POINT, "'"), (POINT, "")])
)
def test_every_amount_with_two_decimals_is_read_without_a_word_about_its_mark(
    value: Decimal, form: tuple[DecimalMark, str]
) -> None:
    text = write(value, *form)
    amount = read_amount(text, None)
    assert amount is not None
    assert amount.value == value
    assert decimal_mark_of(text) in (form[0], None)


@given(NUMBERS, st.sampled_from([(POINT, ","), (COMMA, ".")]))
def test_a_known_mark_reads_no_other_number(value: Decimal, form: tuple[DecimalMark, str]) -> None:
    mark, group = form
    amount = read_amount(write(value, mark, group), mark)
    assert amount is not None
    assert amount.value == value


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_unknown(text: str) -> None:
    for mark in (None, POINT, COMMA):
        amount = read_amount(text, mark)
        assert amount is None or amount.value.is_finite()


@given(NUMBERS)
def test_a_number_has_one_form_however_it_was_written(value: Decimal) -> None:
    assert plain_number(value) == plain_number(Decimal(f"{value}000"))
    assert Decimal(plain_number(value)) == value


def test_a_currency_beside_an_amount_is_its_own() -> None:
    found = [read_amount(text, None) for text in ("12.50 EUR", "\u20ac12.50", "$12.50", "12.50")]
    assert [amount.currency for amount in found if amount] == ["EUR", "EUR", None, None]
