"""What shops and tills call it where an order is no sale, or a row takes one back."""

_CANCELLED = frozenset({
    "void", "voided", "cancelled", "canceled", "failed", "trash", "draft", "checkout draft", "declined", "expired",
    "abandoned", "rejected", "storniert", "storno", "annulliert", "abgebrochen", "fehlgeschlagen", "annule",
    "annulee", "geannuleerd", "cancelado", "annullato",
})  # fmt: skip
_REFUNDED = frozenset({
    "refunded", "fully refunded", "returned", "charged back", "chargeback", "erstattet", "ruckerstattet",
    "retourniert", "rembourse", "remboursee", "terugbetaald", "rimborsato", "reembolsado",
})  # fmt: skip
_PARTLY = frozenset({"partially refunded", "partial refund", "partly refunded", "teilweise erstattet", "teilerstattet"})
_RETURNS = frozenset({
    "return", "returns", "returned", "refund", "refunds", "refunded", "credit", "credit note", "credit memo",
    "creditmemo", "chargeback", "reversal", "reversed", "ret", "ruckgabe", "retoure", "retour", "gutschrift",
    "erstattung", "ruckerstattung", "storno", "avoir", "remboursement", "creditnota", "rimborso", "reembolso",
    "shop order refund",
})  # fmt: skip


def is_cancelled(status: str) -> bool:
    """Whether a status (as names are compared) says that an order is no sale, or none any more."""
    return status in _CANCELLED


def is_refunded(status: str) -> bool:
    """Whether a status says that all of an order was paid back."""
    return status in _REFUNDED


def is_partly_refunded(status: str) -> bool:
    """Whether a status says that some of an order was paid back, and not how much."""
    return status in _PARTLY


def is_return(kind: str) -> bool:
    """Whether a kind of row takes a sale back."""
    return kind in _RETURNS
