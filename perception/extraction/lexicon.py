"""Words that business documents name their fields by, in the languages of Europe.

A concept is what a field means; its labels come strongest first: what stands before nothing else, before what may also
stand before another value. Facts of languages, collected by hand; none comes from a data set.
"""

import re
import unicodedata
from functools import cache
from types import MappingProxyType

LABELS = MappingProxyType(
    {
        "number": """
            invoice number|invoice no|invoice nr|invoice num|invoice #|invoice id|inv no|invoice ref|
            rechnungsnummer|rechnungs nr|rechnung nr|rechnungsnr|rechnung nummer|beleg nr|belegnummer|re nr|
            numéro de facture|n° de facture|facture n°|facture no|n° facture|facture numéro|número de factura|
            nº de factura|factura nº|factura n°|n° factura|nº factura|factura no|factura número|numero fattura|
            fattura n|fattura n°|n° fattura|fattura nr|numero di fattura|nr fattura|factuurnummer|factuur nr|
            factuurnr|factuur nummer|número da fatura|fatura nº|fatura n°|nº da fatura|numer faktury|faktura nr|
            nr faktury|faktura vat nr|fakturanummer|faktura nummer|fakturanr|fakturanro|laskun numero|číslo faktury|
            documento n º|documento nº|documento n|document n|document nr|dokument nr|dokument nummer|faktura č|
            faktura číslo|številka računa|račun št|számla sorszáma|számlaszám|receipt number|receipt no|receipt #|
            factura n.º|n.º de factura|n.º factura|fatura n.º|n.º da fatura|n.º de fatura|n.º fatura|document no|
            bill no|bill number|document number|doc no|credit note no|gutschrift nr|faktura vat|tax invoice|
            rechnung|invoice|facture|factura|fattura|factuur|faktura|fatura""",
        "date": """
            invoice date|date of invoice|date of issue|issue date|issued on|issued|dated|date issued|billing date|
            rechnungsdatum|belegdatum|ausstellungsdatum|datum der rechnung|rechnung vom|date de facturation|
            date de facture|date de la facture|date d'émission|émise le|facture du|fecha de factura|fecha factura|
            fecha de emisión|fecha de la factura|fecha emisión|fecha de expedición|data fattura|data di emissione|
            data della fattura|data emissione|del|data documento|factuurdatum|datum factuur|data da fatura|
            data de emissão|data emissão|data wystawienia|data faktury|fakturadatum|fakturadato|laskun päivämäärä|
            datum vystavení|datum izdaje|kiállítás dátuma|receipt date|document date|date|datum|fecha|data|dato|
            päiväys|le|vom""",
        "due date": """
            due date|payment due|date due|pay by|due by|due on|due|fälligkeitsdatum|fällig am|zahlbar bis|fällig|
            fälligkeit|zu zahlen bis|date d'échéance|échéance|à payer avant le|fecha de vencimiento|vencimiento|
            data scadenza|scadenza|data di scadenza|vervaldatum|te betalen voor|uiterste betaaldatum|
            data de vencimento|vencimento|pagar até|pagar antes del|fecha límite de pago|pagamento entro|entro il|
            payable by|payable until|zahlungsziel|betalen voor|termin płatności|termin zapłaty|płatne do|
            do zapłaty do|zapłata do|förfallodatum|forfaldsdato|forfallsdato|eräpäivä|datum splatnosti""",
        "delivery date": """
            delivery date|date of supply|lieferdatum|leistungsdatum|date de livraison|fecha de entrega|
            data consegna|data di consegna|data de entrega|leverdatum|data sprzedaży|data dostawy|liefertermin|
            service date|date of delivery|date shipped""",
        "order date": """
            order date|date of order|bestelldatum|auftragsdatum|datum der bestellung|
            date de commande|fecha de pedido|fecha del pedido|data ordine|data dell'ordine|
            besteldatum|orderdatum|data da encomenda|data zamówienia""",
        "order number": """
            order number|order no|purchase order|po number|p o number|po no|your order|customer order|bestellnummer|
            bestell nr|auftragsnummer|auftrag nr|numéro de commande|n° de commande|commande n°|número de pedido|
            nº de pedido|n.º de pedido|pedido n.º|pedido nº|numero ordine|ordine n|n. ordine|ordernummer|bestelnummer|
            n.º de encomenda|encomenda n.º|encomenda nº|nº de encomenda|numer zamówienia|zamówienie nr|
            nr zamówienia""",
        "customer number": """
            customer number|customer no|customer id|client number|account number|account no|client no|kundennummer|
            kunden nr|kundennr|numéro client|n° client|code client|número de cliente|nº cliente|codice cliente|
            n.º de cliente|n.º cliente|cliente n.º|cliente nº|cliente n|klantnummer|klantnr|debiteurnummer|
            debiteurnr|debiteur nr|debitorennummer|nr klienta|kod klienta|numer klienta|kundnummer|kundenummer""",
        "supplier": """
            supplier|seller|vendor|from|issued by|issuer|sold by|lieferant|verkäufer|rechnungssteller|aussteller|
            fournisseur|vendeur|émetteur|proveedor|vendedor|emisor|fornitore|venditore|mittente|leverancier|
            cedente|verkoper|fornecedor|emitente|sprzedawca|dostawca|wystawca|leverantör|leverandør|säljare|von|de|
            account holder|kontoinhaber|titulaire|titular|intestatario""",
        "customer": """
            bill to|billed to|aan|faturado a|exmo s sr s|exmos srs|herrn|messrs|
            invoice to|sold to|customer|client|buyer|ship to|deliver to|attn|to|rechnung an|
            rechnungsempfänger|kunde|käufer|empfänger|lieferadresse|an|lieferung an|facturé à|facturer à|client|
            acheteur|destinataire|livré à|adressé à|cliente|facturar a|facturado a|comprador|destinatario|
            intestato a|spett le|spettabile|acquirente|factuur aan|klant|afnemer|koper|faturar a|nabywca|kund|kunde|
            klient|odbiorca|kontrahent|zamawiający|köpare|mottagare|odběratel|kupec|asiakas""",
        "net": """
            net amount|net total|total net|subtotal|sub total|sub-total|total excl tax|total excluding vat|
            total excl vat|total before tax|amount before tax|total without vat|net value|taxable amount|
            goods total|nettobetrag|netto|summe netto|zwischensumme|gesamt netto|nettosumme|gesamtbetrag netto|
            warenwert|rechnungsbetrag netto|total ht|montant ht|total hors taxes|total hors taxe|sous total|
            sous-total|montant hors taxe|net ht|base imponible|importe neto|total neto|subtotal|total sin iva|neto|
            imponibile|totale imponibile|totale netto|importo netto|subtotale|subtotaal|totaal excl btw|
            netto bedrag|nettobedrag|net|totaal exclusief btw|bedrag excl btw|valor líquido|subtotal|total sem iva|
            total líquido|valor sem iva|importe sin iva|montant hors tva|total hors tva|sous total ht|
            bedrag exclusief btw|importe base|wartość netto|razem netto|suma netto|netto belopp|summa exkl moms|
            nettobelopp|beløb ekskl moms|netto""",
        "tax": """
            vat amount|tax amount|total vat|total tax|sales tax|vat total|gst amount|gst|vat|tax|hst|mehrwertsteuer|
            mwst|ust|umsatzsteuer|mwst betrag|steuerbetrag|zzgl mwst|zzgl ust|steuer|montant tva|total tva|tva|
            montant de la tva|taxe|cuota iva|importe iva|total iva|iva|impuestos|cuota|imposta|totale iva|
            importo iva|btw|btw bedrag|totaal btw|valor iva|valor do iva|importe de iva|importo dell iva|bedrag btw|
            total taxes|total do iva|imposto|kwota vat|podatek vat|podatek|moms|momsbelopp|alv|dph|áfa|ddv""",
        "total": """
            grand total|total amount due|amount due|total due|balance due|invoice total|total payable|
            amount payable|total amount|total incl tax|total including vat|total incl vat|total incl gst|
            total inclusive of gst|total with vat|total to pay|nett total|total sales|rounded total|total rm|
            gesamtbetrag|rechnungsbetrag|endbetrag|bruttobetrag|gesamtsumme|zu zahlen|zahlbetrag|
            zu zahlender betrag|gesamt brutto|summe brutto|brutto|gesamt|summe|total ttc|montant ttc|net à payer|
            total à payer|montant total|montant à payer|total toutes taxes comprises|total factura|importe total|
            total a pagar|total con iva|totale fattura|totale da pagare|importo totale|totale documento|
            totale complessivo|totale|totale dovuto|totaalbedrag|factuurbedrag|factuurtotaal|eindbedrag|totaal incl btw|
            te betalen|totaal te betalen|
            totaal inclusief btw|totaal|total da fatura|valor total|total com iva|do zapłaty|razem brutto|
            kwota brutto|wartość brutto|razem|suma|att betala|summa inkl moms|totalt|at betale|total|i alt|summa|
            yhteensä|celkem|maksettava""",
        "iban": "iban|iban nr|bankverbindung|kontonummer|account",
        "bic": "bic|swift|swift bic|bic swift",
        "vat id": """
            vat id|vat no|vat number|vat reg no|vat registration no|tax id|ust id|ust idnr|ust id nr|ustid|
            umsatzsteuer id|umsatzsteuer identifikationsnummer|n° tva|numéro de tva|tva intracommunautaire|
            n° tva intracommunautaire|nif|cif|nipc|contribuinte n.º|contribuinte|número de contribuinte|ein|nr vat ue|
            nr vat|nif iva|partita iva|p iva|btw nummer|btw nr|nip|gst no|gst id|
            gst reg no|momsnummer|cvr|uid""",
        "currency": "currency|währung|devise|moneda|valuta|moeda|waluta",
        "address": "address|adresse|dirección|indirizzo|adres|anschrift|endereço",
        "phone": "phone|tel|telephone|telefon|téléphone|teléfono|telefono",
        "email": "email|e mail|mail|courriel|correo",
    }
)
"""Concept -> labels with | between them."""

_NAMES = MappingProxyType(
    {
        "number": "number|invoice number|invoice no|document number|receipt number|invoice id|no|rechnungsnummer",
        "date": "date|invoice date|issue date|issued|document date|rechnungsdatum",
        "due date": "due date|due|payment due|pay by",
        "delivery date": "delivery date|service date",
        "order date": "order date|date of order|purchase date",
        "order number": "order number|order|purchase order|po number|po",
        "customer number": "customer number|customer id|client number",
        "supplier": "supplier|vendor|seller|issuer|company|supplier name|vendor name|seller name|merchant|lieferant",
        "customer": "customer|buyer|client|bill to|recipient|customer name|buyer name|client name",
        "net": "net|subtotal|net amount|net total|total net|amount net|tax base",
        "tax": "tax|vat|tax amount|vat amount|total tax|total vat|gst",
        "total": "total|gross|grand total|total amount|amount due|amount|total gross|gross amount|total due|"
        "invoice total",
        "iban": "iban|bank account",
        "bic": "bic|swift",
        "vat id": "vat id|vat number|tax id|vat no|supplier vat id|seller vat id",
        "currency": "currency|currency code",
        "address": "address|supplier address|company address",
        "phone": "phone|telephone",
        "email": "email|e mail|mail",
    }
)
"""Concept -> how a schema may call it."""

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "№": "no"})


def plain(text: str) -> str:
    """Text as labels are compared: lower case, without accents, letters and digits with single spaces between words."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9#]+", " ", bare).strip()


@cache
def labels(concept: str) -> tuple[str, ...]:
    """The labels of a concept, as `plain` writes them, strongest first; none for a concept that is not known."""
    written = LABELS.get(concept, "").split("|")
    return tuple(dict.fromkeys(filter(None, map(plain, written))))


@cache
def concept_of(name: str) -> str:
    """What a field of this name or title means; empty where that is not known."""
    wanted = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    for concept, names in _NAMES.items():
        if wanted in names.split("|"):
            return concept
    return ""


COMPANY_FORMS = re.compile(
    r"\b(?:GmbH(?: & Co\.? KG)?|AG|KG|OHG|UG|e\.?K\.?|SE|Ltd\.?|Limited|LLC|LLP|PLC|plc|Inc\.?|Corp\.?|Co\.|Company|"
    r"S\.?A\.?S\.?|S\.?A\.?R\.?L\.?|SARL|SAS|S\.?A\.?|S\.?L\.?(?:U\.?)?|S\.?r\.?l\.?|S\.?p\.?A\.?|S\.?n\.?c\.?|B\.?V\.?|"
    r"N\.?V\.?|V\.?O\.?F\.?|EURL|E\.U\.R\.L\.?|SNC|SCI|SCOP|sp\. ?j\.?|sp\. ?k\.?|S\.?C\.?|C\.?V\.?|Lda\.?|"
    r"Sp\. ?z ?o\.? ?o\.?|S\.A|AB|A/S|ApS|Oy|Oyj|s\.r\.o\.?|"
    r"a\.s\.|Kft\.?|d\.o\.o\.?|SDN\.? BHD\.?|Sdn\.? Bhd\.?|"
    r"Pty\.?|Enterprise|Trading|Holdings?|Group|Partners|Works|Werke|Söhne|Sons|Bros\.?|et Fils|& Cie)(?=$|[\s,.;)])"
)
"""What a company's name ends in."""
