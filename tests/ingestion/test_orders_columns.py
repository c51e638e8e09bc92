"""Columns guessed by the names that shops, tills and languages give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perennial.ingestion.tables.columns import find_columns, fold_name
from perennial.ingestion.tables.roles import ORDER_ROLES

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,Billing Phone,Notes,Cancelled at,"
    "Payment Method,Refunded Amount,Vendor,Id,Tags,Source,Lineitem discount,Phone"
)
WOOCOMMERCE = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Email (Billing),"
    "Phone (Billing),Order Subtotal Amount,Cart Discount Amount,Order Shipping Amount,Order Refund Amount,"
    "Order Total Amount,Order Currency,SKU,Item #,Item Name,Quantity,Item Cost,Coupon Code,Customer User ID"
)
GERMAN = (
    "Bestellnummer;Bestelldatum;Uhrzeit;Kundennummer;E-Mail-Adresse;Gesamtbetrag;W\u00e4hrung;Status;Artikelname;Menge;"
    "Einzelpreis"
)
DUTCH = "Ordernummer;Besteldatum;Klantnummer;Totaalbedrag;Valuta;Aantal;Prijs"
FRENCH = "Num\u00e9ro de commande;Date de commande;Num\u00e9ro client;Total TTC;Devise;Quantit\u00e9;Prix unitaire"
CAMEL = "orderId,customerId,createdAt,totalPrice,currencyCode,refundAmount,updatedAt"


def guessed(header: str) -> dict[str, str]:
    columns = find_columns(header.split(";" if ";" in header else ","), ORDER_ROLES, {})
    return {column.role: column.name for column in columns.read}


@pytest.mark.parametrize(
    ("header", "right"),
    [
        (
            SHOPIFY,
            {"customer": "Email", "order": "Name", "time": "Created at", "total": "Total", "refund": "Refunded Amount",
             "status": "Financial Status", "cancelled_at": "Cancelled at", "product": "Lineitem name",
             "product_id": "Lineitem sku", "quantity": "Lineitem quantity", "price": "Lineitem price",
             "discount": "Discount Amount", "coupon": "Discount Code", "line_discount": "Lineitem discount"},
        ),
        (
            WOOCOMMERCE,
            {"customer": "Customer User ID", "order": "Order Number", "time": "Order Date",
             "total": "Order Total Amount", "refund": "Order Refund Amount", "status": "Order Status",
             "email": "Email (Billing)", "quantity": "Quantity",
             "product": "Item Name", "price": "Item Cost", "currency": "Order Currency"},
        ),
        (
            GERMAN,
            {"customer": "Kundennummer", "order": "Bestellnummer", "time": "Bestelldatum", "clock": "Uhrzeit",
             "total": "Gesamtbetrag", "currency": "W\u00e4hrung", "email": "E-Mail-Adresse", "quantity": "Menge",
             "price": "Einzelpreis", "product": "Artikelname"},
        ),
        (DUTCH, {"customer": "Klantnummer", "order": "Ordernummer", "time": "Besteldatum", "total": "Totaalbedrag"}),
        (FRENCH, {"customer": "Num\u00e9ro client", "order": "Num\u00e9ro de commande", "total": "Total TTC"}),
        (
            CAMEL,
            {"customer": "customerId", "order": "orderId", "time": "createdAt", "total": "totalPrice",
             "refund": "refundAmount", "updated_at": "updatedAt"},
        ),
    ],
    ids=["shopify", "woocommerce", "german", "dutch", "french", "camel case"],
)  # fmt: skip
def test_the_columns_of_an_export_are_found(header: str, right: dict[str, str]) -> None:
    found = guessed(header)
    assert {role: found.get(role) for role in right} == right


def test_a_given_column_goes_before_a_guess_and_none_leaves_it_out() -> None:
    names = ["Id", "Total", "Betrag", "Customer Id", "Date"]
    columns = find_columns(names, ORDER_ROLES, {"total": "betrag", "customer": "Id", "time": ""})
    assert {column.role: (column.name, column.is_guessed) for column in columns.read} == {
        "customer": ("Id", False),
        "total": ("Betrag", False),
    }
    assert columns.unread == ("Total", "Customer Id", "Date")


def test_a_column_that_is_not_there_is_named_with_similar_ones() -> None:
    with pytest.raises(ValueError, match=r"no column 'Totl' for the total: did you mean 'Total'"):
        find_columns(["Total", "Date"], ORDER_ROLES, {"total": "Totl"})
    with pytest.raises(ValueError, match="'colour' is no meaning of a column; there are: customer, order, time"):
        find_columns(["Total", "Date"], ORDER_ROLES, {"colour": "Total"})


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20, unique=True))
def test_any_header_gives_each_meaning_one_column_at_most(names: list[str]) -> None:
    columns = find_columns(names, ORDER_ROLES, {})
    roles = [column.role for column in columns.read]
    assert len(set(roles)) == len(roles)
    assert {column.name for column in columns.read} | set(columns.unread) == set(names)
    others = [column.position for column in columns.read if column.role not in {"customer", "email", "phone"}]
    assert len(set(others)) == len(others)


@given(st.sampled_from([name for role in ORDER_ROLES for name in role.names]), st.sampled_from("_-. "))
def test_a_name_is_the_same_with_any_sign_and_case(name: str, sign: str) -> None:
    assert fold_name(name.upper().replace(" ", sign)) == fold_name(name.title()) == name
