"""What the columns of a brand's tables mean, and the names that shops, tills and languages give them."""

from typing import NamedTuple


class Meaning(NamedTuple):
    """What a column is for; `names` are those it may have, as they are compared, the likeliest first."""

    name: str
    names: tuple[str, ...]


_EMAIL = (
    "email", "e mail", "email address", "e mail address", "customer email", "email billing", "billing email",
    "billing email address", "e mail adresse", "emailadresse", "mail", "adresse email", "correo electronico",
    "correo",
)  # fmt: skip
_PHONE = (
    "phone", "phone number", "billing phone", "phone billing", "customer phone", "telephone", "telefon",
    "telefonnummer", "mobile", "mobile phone", "handy", "handynummer", "mobilnummer", "telefono", "telefoonnummer",
    "shipping phone",
)  # fmt: skip
CUSTOMER = Meaning("customer", (
    "customer id", "customerid", "customer number", "customer no", "customer nr", "customer user id", "user id",
    "userid", "client id", "account id", "member id", "member number", "membership number", "loyalty id",
    "shopper id", "contact id", "kundennummer", "kundennr", "kunden nr", "kunden id", "kd nr", "mitgliedsnummer",
    "id client", "numero client", "code client", "klantnummer", "klant id", "id cliente", "codice cliente",
    "kundnummer", "kundenummer", "member", "mitglied", "household id", *_EMAIL, "customer", "kunde", "client",
    "klant", "cliente", "user", "buyer", "shopper",
))  # fmt: skip
EMAIL = Meaning("email", _EMAIL)
PHONE = Meaning("phone", _PHONE)
TIME = Meaning("time", (
    "created at", "order date", "ordered at", "order time", "order created at", "order created", "order datetime",
    "order timestamp", "date created", "created", "creation date", "purchase date", "purchased at", "purchase time",
    "paid at", "date paid", "processed at", "completed at", "transaction date", "transaction time", "timestamp",
    "datetime", "date time", "occurred at", "sold at", "sale date", "invoice date", "date", "when", "bestelldatum",
    "bestellt am", "bestellzeitpunkt", "auftragsdatum", "kaufdatum", "belegdatum", "buchungsdatum", "rechnungsdatum",
    "erstellt am", "angelegt am", "zeitpunkt", "zeitstempel", "datum", "date de commande", "date commande",
    "besteldatum", "orderdatum", "data ordine", "data", "fecha de pedido", "fecha", "time",
))  # fmt: skip
CLOCK = Meaning(
    "clock", ("time", "order time", "time of day", "hour", "uhrzeit", "zeit", "heure", "tijd", "ora", "hora")
)
ORDER = Meaning("order", (
    "order id", "orderid", "order number", "order no", "order nr", "order name", "order", "order reference",
    "increment id", "order key", "transaction id", "receipt number", "receipt no", "receipt id", "receipt",
    "invoice number", "invoice no", "invoice", "sales order", "basket id", "bestellnummer", "bestell nr", "bestellnr",
    "bestell id", "bestellung", "auftragsnummer", "auftragsnr", "auftrags nr", "auftrag", "belegnummer", "beleg nr",
    "bonnummer", "bon nr", "bon", "rechnungsnummer", "rechnungsnr", "vorgangsnummer", "numero de commande",
    "numero commande", "commande", "bestelnummer", "ordernummer", "numero ordine", "numero de pedido", "pedido",
))  # fmt: skip
TOTAL = Meaning("total", (
    "total", "order total", "order total amount", "grand total", "total price", "total amount", "total paid",
    "total incl tax", "total inc tax", "total including tax", "gross total", "total gross", "order amount", "amount",
    "gesamtbetrag", "gesamtsumme", "bestellsumme", "auftragssumme", "gesamtpreis", "rechnungsbetrag", "endbetrag",
    "bruttobetrag", "betrag brutto", "brutto", "gesamt", "summe", "betrag", "umsatz", "total ttc", "montant total",
    "montant", "totaalbedrag", "totaal", "bedrag", "totale", "importo", "importe total", "importe", "order value",
    "sales value", "sales", "revenue", "n revenue", "net revenue", "value", "subtotal",
))  # fmt: skip
CURRENCY = Meaning("currency", (
    "currency", "currency code", "order currency", "currency iso", "wahrung", "waehrung", "devise", "valuta",
    "moneda",
))  # fmt: skip
REFUND = Meaning("refund", (
    "refunded amount", "amount refunded", "total refunded", "order refund amount", "refund amount", "refund total",
    "refunded", "refund", "refunds", "erstattungsbetrag", "erstatteter betrag", "erstattet", "erstattung",
    "ruckerstattung", "retourenbetrag", "returned amount", "returns", "montant rembourse", "rembourse",
    "terugbetaald", "rimborsato", "reembolsado",
))  # fmt: skip
REFUNDED_AT = Meaning("refunded_at", ("refunded at", "refund date", "date refunded", "returned at", "erstattet am"))
CANCELLED_AT = Meaning("cancelled_at", (
    "cancelled at", "canceled at", "cancellation date", "date cancelled", "storniert am", "stornodatum", "voided at",
))  # fmt: skip
UPDATED_AT = Meaning("updated_at", (
    "updated at", "order updated at", "modified at", "last modified", "date modified", "date updated", "last updated",
    "geandert am", "aktualisiert am", "letzte anderung",
))  # fmt: skip
STATUS = Meaning("status", (
    "financial status", "payment status", "order status", "status", "state", "bestellstatus", "auftragsstatus",
    "zahlungsstatus", "statut", "estado", "stato",
))  # fmt: skip
KIND = Meaning("kind", (
    "kind", "type", "transaction type", "order type", "record type", "document type", "sale or return", "art", "typ",
    "vorgang", "vorgangsart", "belegart", "buchungsart", "soort",
))  # fmt: skip
ORIGINAL = Meaning("original", (
    "original order", "original order id", "original order number", "parent order", "parent order id", "parent id",
    "refund of", "return of", "ursprungsbestellung", "ursprungsauftrag", "originalbeleg",
))  # fmt: skip
PRODUCT_ID = Meaning("product_id", (
    "lineitem sku", "item sku", "product sku", "sku", "product id", "item id", "article number", "ean", "gtin", "upc",
    "artikelnummer", "artikel nr", "artikelnr",
))  # fmt: skip
PRODUCT = Meaning("product", (
    "lineitem name", "item name", "product name", "product", "item", "product title", "artikelname",
    "artikelbezeichnung", "artikel", "produktname", "produkt", "bezeichnung", "produit", "prodotto", "producto",
))  # fmt: skip
QUANTITY = Meaning("quantity", (
    "lineitem quantity", "item quantity", "product quantity", "quantity", "qty", "units", "menge", "anzahl", "stuck",
    "stuckzahl", "quantite", "aantal", "quantita", "cantidad",
))  # fmt: skip
PRICE = Meaning("price", (
    "lineitem price", "item price", "unit price", "product price", "item cost", "price", "einzelpreis", "stuckpreis",
    "preis", "verkaufspreis", "prix unitaire", "prix", "prijs", "prezzo", "precio",
))  # fmt: skip
LINE_TOTAL = Meaning("line_total", (
    "line total", "lineitem total", "item total", "row total", "line amount", "positionssumme", "positionsbetrag",
))  # fmt: skip
DISCOUNT = Meaning("discount", (
    "discount amount", "order discount", "cart discount amount", "total discount", "discount", "discounts",
    "rabattbetrag", "rabatt", "nachlass", "remise", "korting", "sconto", "descuento",
))  # fmt: skip
LINE_DISCOUNT = Meaning("line_discount", ("lineitem discount", "item discount", "line discount", "positionsrabatt"))
COUPON = Meaning("coupon", (
    "discount code", "coupon code", "coupon codes", "coupon", "coupons", "voucher code", "voucher", "gutscheincode",
))  # fmt: skip
SHOP = Meaning("shop", ("shop", "shop id", "shop name", "shop domain", "webshop", "onlineshop"))
STORE = Meaning("store", ("store id", "store", "store name", "location", "branch", "filiale", "filialnummer", "kasse"))
TEST = Meaning("test", ("test", "is test", "test order", "testbestellung"))
GRANTED = Meaning("granted", (
    "granted", "is granted", "consent", "consented", "opted in", "opt in", "value", "status", "state", "einwilligung",
    "zugestimmt", "erteilt",
))  # fmt: skip
PURPOSE = Meaning(
    "purpose", ("purpose", "consent purpose", "channel", "category", "consent type", "topic", "zweck", "kanal")
)
CONSENT_TIME = Meaning("time", (
    "consented at", "granted at", "opted in at", "opt in date", "consent date", "changed at", "updated at",
    "email marketing consent updated at", "einwilligungsdatum", *TIME.names,
))  # fmt: skip
CUSTOMER_TIME = Meaning("time", (
    "created at", "customer since", "registered at", "registration date", "sign up date", "signed up at",
    "signup date", "date registered", "registered", "date created", "created", "joined at", "kunde seit",
    "registriert am", "angelegt am", "erstellt am", "anmeldedatum", "updated at", "date", "datum",
))  # fmt: skip

# A column per purpose: one that a person gave, and one that only looks like consent, of which a no is heeded.
CONSENT, REFUSAL = "consent ", "refusal "
EMAIL_REFUSAL = Meaning(f"{REFUSAL}email", (
    "accepts email marketing", "accepts marketing", "email marketing consent", "email consent", "email opt in",
    "email marketing", "email subscribed", "email subscription", "marketing consent", "marketing opt in",
    "newsletter", "newsletter opt in", "newsletter einwilligung", "e mail einwilligung", "werbeeinwilligung", "optin",
    "opt in",
))  # fmt: skip
SMS_REFUSAL = Meaning(f"{REFUSAL}sms", (
    "accepts sms marketing", "sms marketing consent", "sms consent", "sms opt in", "sms marketing",
    "sms einwilligung",
))  # fmt: skip

ORDER_ROLES = (
    CUSTOMER, ORDER, TIME, CLOCK, TOTAL, CURRENCY, EMAIL, PHONE, REFUND, REFUNDED_AT, STATUS, CANCELLED_AT,
    UPDATED_AT, KIND, ORIGINAL, PRODUCT_ID, PRODUCT, QUANTITY, PRICE, LINE_TOTAL, DISCOUNT, LINE_DISCOUNT, COUPON,
    SHOP, STORE, TEST,
)  # fmt: skip
CUSTOMER_ROLES = (CUSTOMER, CUSTOMER_TIME, EMAIL, PHONE, EMAIL_REFUSAL, SMS_REFUSAL)
CONSENT_ROLES = (CUSTOMER, CONSENT_TIME, PURPOSE, GRANTED)
