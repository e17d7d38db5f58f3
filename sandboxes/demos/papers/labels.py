# ruff: noqa: E501 -- tables of words and pieces of HTML read best on a line of their own
"""What the parts of a paper are called in each language; of several wordings a paper draws one."""

import random
from types import MappingProxyType

_NAMES = (
    "invoice order number order_number order_date date due buyer net tax total tax_id iban bank description quantity price "
    "amount rate unit article page customer thanks terms receipt cash card change delivery phone position seller"
).split()

_WORDS = {
    "en": (
        "Invoice|Tax Invoice|INVOICE;Purchase Order|ORDER;Invoice No.|Invoice number|Invoice #|Inv. no;PO number|Order No.;"
        "Order date|Date of order;Invoice date|Date|Date of issue;Due date|Payment due|Pay by;Bill to|Invoice to|Customer;"
        "Subtotal|Net amount|Total excl. VAT|Net total;VAT|Tax|VAT amount;Total|Amount due|Grand total|Total due;"
        "VAT Reg. No.|VAT number|Tax ID;IBAN|IBAN;Bank|Bank;Description|Item|Details;Qty|Quantity;Unit price|Price|Rate;"
        "Amount|Line total|Net;VAT %|Tax rate;Unit|Unit;Code|Item no.;Page;Customer no.|Account;Thank you for your business.|"
        "We appreciate your order.;Please quote the invoice number with your payment.|Payment within 30 days, without deduction.;"
        "Receipt|Sales receipt;Cash;Card|Debit card;Change;Delivery date;Tel.;#|Pos.;Supplier|From|Seller"
    ),
    "de": (
        "Rechnung|RECHNUNG;Bestellung|BESTELLUNG;Rechnungsnummer|Rechnung Nr.|Rechnungs-Nr.|Beleg-Nr.;Bestellnummer|"
        "Bestell-Nr.;Bestelldatum|Datum der Bestellung;Rechnungsdatum|Datum|Ausstellungsdatum;Fällig am|Zahlbar bis|Fälligkeit;"
        "Rechnung an|Kunde|Empfänger;Nettobetrag|Summe netto|Zwischensumme|Netto;MwSt.|USt.|Umsatzsteuer|Mehrwertsteuer;"
        "Gesamtbetrag|Rechnungsbetrag|Endbetrag|Bruttobetrag|Zu zahlen;USt-IdNr.|USt-ID;IBAN;Bank|Bankverbindung;Bezeichnung|"
        "Beschreibung|Leistung;Menge|Anzahl;Einzelpreis|E-Preis|Preis;Betrag|Gesamt|G-Preis;MwSt. %|USt. %;Einheit|ME;Artikel|"
        "Art.-Nr.;Seite;Kundennummer|Kunden-Nr.;Vielen Dank für Ihren Auftrag.|Wir danken für die gute Zusammenarbeit.;"
        "Bitte überweisen Sie den Betrag ohne Abzug.|Zahlbar innerhalb von 30 Tagen ohne Abzug.;Quittung|Kassenbon|Beleg;Bar;"
        "Karte|girocard;Rückgeld;Liefertermin|Lieferdatum;Tel.;Pos.|Nr.;Lieferant|Verkäufer"
    ),
    "fr": (
        "Facture|FACTURE;Bon de commande|COMMANDE;Facture n°|N° de facture|Numéro de facture|Facture N°;Commande n°|N° de "
        "commande;Date de commande;Date de facture|Date|Date d’émission;Échéance|Date d’échéance|À payer avant le;Facturé à|"
        "Client|Destinataire;Total HT|Montant HT|Sous-total HT;TVA|Montant TVA|Total TVA;Total TTC|Montant TTC|Net à payer|"
        "Total à payer;N° TVA|TVA intracommunautaire;IBAN;Banque;Désignation|Description|Libellé;Qté|Quantité;Prix unitaire|"
        "P.U. HT|Prix;Montant|Total HT|Montant HT;TVA %|Taux;Unité;Réf.|Référence;Page;N° client|Code client;Merci de votre "
        "confiance.|Nous vous remercions de votre commande.;Paiement à réception, sans escompte.|Règlement par virement sous 30 "
        "jours.;Reçu|Ticket de caisse;Espèces;Carte bancaire|CB;Rendu;Date de livraison;Tél.;N°|Pos.;Fournisseur|Vendeur"
    ),
    "es": (
        "Factura|FACTURA;Pedido|ORDEN DE COMPRA;Factura n.º|N.º de factura|Número de factura|Nº Factura;N.º de pedido|Pedido "
        "n.º;Fecha de pedido;Fecha de factura|Fecha|Fecha de emisión;Vencimiento|Fecha de vencimiento|Pagar antes del;"
        "Facturar a|Cliente|Destinatario;Base imponible|Subtotal|Importe neto;IVA|Cuota IVA|Importe IVA;Total|Total factura|"
        "Importe total|Total a pagar;NIF|CIF|NIF-IVA;IBAN;Banco;Descripción|Concepto|Detalle;Cant.|Cantidad;Precio|Precio "
        "unitario|P. unit.;Importe|Total;IVA %|% IVA;Unidad|Ud.;Ref.|Código;Página;N.º de cliente|Cliente n.º;Gracias por su "
        "confianza.|Gracias por su pedido.;Pago por transferencia a 30 días.|Rogamos indiquen el número de factura.;Ticket|"
        "Factura simplificada;Efectivo;Tarjeta;Cambio;Fecha de entrega;Tel.;N.º|Pos.;Proveedor|Vendedor"
    ),
    "it": (
        "Fattura|FATTURA;Ordine|ORDINE DI ACQUISTO;Fattura n.|Numero fattura|N. fattura|Documento n.;Ordine n.|Numero ordine;"
        "Data ordine;Data fattura|Data|Data documento;Scadenza|Data scadenza|Pagamento entro;Spett.le|Cliente|Destinatario;"
        "Imponibile|Totale imponibile|Totale netto;IVA|Imposta|Totale IVA;Totale|Totale fattura|Totale da pagare|Totale "
        "documento;P. IVA|Partita IVA;IBAN;Banca;Descrizione|Articolo|Prestazione;Q.tà|Quantità;Prezzo|Prezzo unitario;Importo|"
        "Totale;IVA %|Aliquota;U.M.|Unità;Cod.|Codice;Pagina;Codice cliente|Cliente n.;Grazie per la fiducia.|Vi ringraziamo per "
        "l’ordine.;Pagamento con bonifico a 30 giorni.|Si prega di indicare il numero della fattura.;Scontrino|Ricevuta;"
        "Contanti;Carta;Resto;Data di consegna;Tel.;N.|Pos.;Fornitore|Cedente"
    ),
    "nl": (
        "Factuur|FACTUUR;Bestelling|INKOOPORDER;Factuurnummer|Factuur nr.|Factuurnr.;Ordernummer|Bestelnummer;Besteldatum|"
        "Orderdatum;Factuurdatum|Datum|Datum factuur;Vervaldatum|Te betalen voor|Uiterste betaaldatum;Factuur aan|Klant|Aan;"
        "Subtotaal|Totaal excl. btw|Nettobedrag;Btw|BTW|Btw-bedrag;Totaal|Totaal incl. btw|Te betalen|Factuurbedrag;Btw-nummer|"
        "BTW-nr.;IBAN;Bank;Omschrijving|Artikel|Beschrijving;Aantal|Hoeveelheid;Prijs|Stukprijs;Bedrag|Totaal;Btw %|BTW-%;"
        "Eenheid;Art.nr.|Code;Pagina;Klantnummer|Debiteurnr.;Bedankt voor uw opdracht.|Wij danken u voor uw bestelling.;Gelieve "
        "binnen 30 dagen te betalen.|Vermeld bij betaling het factuurnummer.;Kassabon|Bon;Contant;Pin|Pinpas;Wisselgeld;"
        "Leverdatum;Tel.;Nr.|Pos.;Leverancier|Verkoper"
    ),
    "pt": (
        "Fatura|FATURA;Encomenda|NOTA DE ENCOMENDA;Fatura n.º|N.º da fatura|Número da fatura|Documento n.º;Encomenda n.º|N.º de "
        "encomenda;Data da encomenda;Data da fatura|Data|Data de emissão;Vencimento|Data de vencimento|Pagar até;Faturado a|"
        "Cliente|Exmo.(s) Sr.(s);Total líquido|Subtotal|Valor sem IVA;IVA|Total IVA|Valor do IVA;Total|Total a pagar|Total com "
        "IVA|Valor total;NIF|Contribuinte n.º;IBAN;Banco;Descrição|Designação|Artigo;Qtd.|Quantidade;Preço|Preço unit.;Valor|"
        "Total;IVA %|Taxa IVA;Un.|Unidade;Ref.|Código;Página;N.º de cliente|Cliente n.º;Obrigado pela preferência.|Agradecemos a "
        "sua encomenda.;Pagamento por transferência a 30 dias.|Indique o número da fatura no pagamento.;Recibo|Talão;Numerário;"
        "Multibanco|Cartão;Troco;Data de entrega;Tel.;N.º|Pos.;Fornecedor|Vendedor"
    ),
    "pl": (
        "Faktura|FAKTURA VAT|Faktura VAT;Zamówienie|ZAMÓWIENIE;Faktura nr|Numer faktury|Nr faktury;Zamówienie nr|Nr zamówienia;"
        "Data zamówienia;Data wystawienia|Data|Data faktury;Termin płatności|Płatne do|Do zapłaty do;Nabywca|Klient|Odbiorca;"
        "Razem netto|Wartość netto|Netto;VAT|Kwota VAT|Podatek VAT;Do zapłaty|Razem brutto|Wartość brutto|Suma;NIP|Nr VAT UE;"
        "IBAN|Nr konta;Bank;Nazwa|Nazwa towaru lub usługi|Opis;Ilość|Liczba;Cena netto|Cena jedn.|Cena;Wartość|Kwota;VAT %|"
        "Stawka VAT;J.m.|Jednostka;Kod|Indeks;Strona;Nr klienta|Kod klienta;Dziękujemy za współpracę.|Dziękujemy za zamówienie.;"
        "Płatność przelewem w ciągu 30 dni.|W tytule przelewu prosimy podać numer faktury.;Paragon|Paragon fiskalny;Gotówka;"
        "Karta;Reszta;Data dostawy;tel.;Lp.|Poz.;Sprzedawca|Dostawca"
    ),
}


def _wordings(words: str) -> MappingProxyType[str, tuple[str, ...]]:
    parts = [tuple(part.split("|")) for part in words.split(";")]
    return MappingProxyType(dict(zip(_NAMES, parts, strict=True)))


WORDINGS = MappingProxyType({language: _wordings(words) for language, words in _WORDS.items()})
"""Language to label to its wordings."""


_AMERICAN = MappingProxyType(
    {
        "net": ("Subtotal", "Net"),
        "tax": ("Sales tax", "Tax"),
        "tax_id": ("Tax ID", "EIN"),
        "rate": ("Tax %", "Tax rate"),
    }
)
"""Where no VAT is known."""


def drawn_labels(rng: random.Random, region: str) -> dict[str, str]:
    """The labels of one paper."""
    wordings = {**WORDINGS[region[:2]], **(_AMERICAN if region == "en-US" else {})}
    return {name: rng.choice(choices) for name, choices in wordings.items()}
