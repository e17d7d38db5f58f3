# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Firms that don't exist, with addresses, and what they sell, in each language."""

import random
from dataclasses import dataclass
from decimal import Decimal

from sandboxes.demos.papers import numbers
from sandboxes.demos.papers.formats import Region

# A language's families of names; trades; legal forms; streets; towns with their codes.
_NAMES = {
    "GB": ("Ashdown Hartley Fenwick Thornbury Millgate Oakshott Brindle Wexcombe Lowther Pennock", "Joinery|Print Works|Office Supplies|Catering|"
           "Electrical|Logistics|Design Studio|Timber|Instruments", "Ltd|Limited|LLP|& Sons Ltd|plc", "12 Mill Lane|48 Station Road|3 Harbour Street|"
           "Unit 7, Park Royal|221 High Street|9 Orchard Way", "Bristol BS1 4ND|Leeds LS2 7HY|Norwich NR3 1AA|York YO1 7EP|Bath BA1 2QH"),
    "US": ("Calloway Brookfield Harlan Whitlock Redding Summit Larkspur Granger Westlake Pruitt", "Hardware|Printing|Consulting|Foods|Electric|"
           "Freight|Landscaping|Software|Medical Supply", "Inc.|LLC|Corp.|Co.", "410 Main Street|1825 Oak Avenue|77 Commerce Drive, Suite 200|"
           "5600 Lakeview Blvd|23 Depot Street", "Portland, OR 97205|Madison, WI 53703|Austin, TX 78701|Dayton, OH 45402|Boise, ID 83702"),
    "DE": ("Nordwind Brandtner Kesselhof Lindenau Ährenfeld Rauscher Steinbrück Wolkenstein Grünewald Möllner", "Metallbau|Bürobedarf|Elektrotechnik|"
           "Druckerei|Spedition|Gartenbau|Softwarehaus|Feinkost|Tischlerei", "GmbH|GmbH & Co. KG|AG|e.K.|OHG|UG (haftungsbeschränkt)", "Hauptstraße 14|"
           "Lindenweg 3a|Industriestr. 27|Am Alten Hafen 8|Goethestraße 112|Mühlgasse 5", "20457 Hamburg|80331 München|50667 Köln|04109 Leipzig|"
           "70173 Stuttgart|24103 Kiel"),
    "CH": ("Bergli Zürrer Aareblick Seeholzer Matterfeld Rüegg Flühmann Sonnhalde", "Holzbau|Treuhand|Informatik|Käserei|Sanitär|Druck|Logistik",
           "AG|GmbH|& Söhne AG", "Bahnhofstrasse 22|Seestrasse 140|Dorfplatz 1|Industriestrasse 9", "8001 Zürich|3011 Bern|6003 Luzern|9000 St. Gallen"),
    "FR": ("Beaulieu Charmont Delacour Fontanel Marchevert Perrodin Rivoire Villandry Lefèvre Clairbois", "Menuiserie|Imprimerie|Fournitures|Transports|"
           "Électricité|Traiteur|Informatique|Jardins", "SARL|SAS|S.A.|EURL|et Fils", "14 rue des Tilleuls|3 avenue de la République|27 bis, quai Saint-Paul|"
           "118 boulevard Voltaire|5 place du Marché", "69002 Lyon|33000 Bordeaux|44000 Nantes|59800 Lille|75011 Paris"),
    "ES": ("Almendro Castellar Riberola Montañés Peñalba Torrecilla Valdemar Zubiri Olivares Cañadas", "Carpintería|Imprenta|Suministros|Transportes|"
           "Electricidad|Conservas|Informática|Jardinería", "S.L.|S.A.|S.L.U.|e Hijos, S.L.", "Calle Mayor, 14|Avda. de la Constitución, 82|Plaza del Sol, 3|"
           "C/ Alcalá, 210, 2.º B|Polígono Norte, nave 7", "28013 Madrid|08001 Barcelona|41001 Sevilla|46002 Valencia|50003 Zaragoza"),
    "IT": ("Bellandi Cortesini Fontebella Guarnera Montalbini Ravaldi Serracchia Vignozzi Parodini Lucarelli", "Arredamenti|Tipografia|Forniture|"
           "Trasporti|Impianti|Alimentari|Informatica|Giardini", "S.r.l.|S.p.A.|S.n.c.|& Figli S.r.l.", "Via Garibaldi, 14|Corso Italia, 82|Piazza del Popolo, 3|"
           "Viale della Libertà, 110|Via dell'Artigianato, 7", "20121 Milano|10122 Torino|40121 Bologna|50123 Firenze|37121 Verona"),
    "NL": ("Hoogland Veldkamp Waterman Duinhoven Rietveldt Kortenaer Molenaar Zuiderduin Oosterbaan Bloemhof", "Timmerwerken|Drukkerij|Kantoorartikelen|"
           "Transport|Techniek|Catering|Automatisering|Hoveniers", "B.V.|N.V.|V.O.F.|& Zn. B.V.", "Dorpsstraat 14|Keizersgracht 212|Havenkade 7|"
           "Stationsplein 45-b|Molenweg 3", "1016 DV Amsterdam|3011 BN Rotterdam|3511 LX Utrecht|9711 LM Groningen|2311 EZ Leiden"),
    "PT": ("Carvalhal Figueirinha Monteverde Ribeirinho Sobralinho Vilarinho Gonçalo Azinheira Travassos Lousã", "Carpintaria|Gráfica|Fornecimentos|"
           "Transportes|Eletricidade|Conservas|Informática|Jardins", "Lda.|S.A.|Unipessoal Lda.|& Filhos, Lda.", "Rua das Flores, 14|Av. da Liberdade, 182|"
           "Praça do Comércio, 3|Travessa do Carmo, 27, 2.º Esq.|Rua do Almada, 45", "1250-096 Lisboa|4050-036 Porto|3000-213 Coimbra|4700-304 Braga"),
    "PL": ("Brzeziński Dąbrowa Jaworek Kwiatkowo Lipnica Orłowski Słonecznik Wiśniewo Żurawina Świerkowy", "Stolarnia|Drukarnia|Hurtownia|Transport|"
           "Elektryka|Delikatesy|Oprogramowanie|Ogrody", "Sp. z o.o.|S.A.|sp. j.|i Synowie Sp. z o.o.", "ul. Długa 14|al. Niepodległości 82/4|ul. Kościuszki 3|"
           "ul. Przemysłowa 27|pl. Wolności 5 lok. 2", "00-238 Warszawa|30-063 Kraków|80-831 Gdańsk|50-109 Wrocław|61-738 Poznań"),
}  # fmt: skip

_GOODS = {
    "en": "Oak shelf, oiled, 80 × 24 cm|Copy paper A4, 80 g|Installation and testing|Delivery and packing|Ballpoint pen, blue|Toner cartridge black|"
    "Steel bracket, galvanised|Consulting, on site|Annual maintenance|Network cable Cat 6, 10 m|Desk lamp LED|Coffee beans, 1 kg|Safety gloves, size 9|"
    "Letterhead printing, 4/0, 135 g matt, trimmed and packed in boxes of 500|Filter insert F7|Hinge, stainless",
    "de": "Regalboden Eiche, geölt, 80 × 24 cm|Kopierpapier A4, 80 g|Montage und Prüfung|Versand und Verpackung|Kugelschreiber blau|Tonerkartusche schwarz|"
    "Stahlwinkel, verzinkt|Beratung vor Ort|Wartungspauschale jährlich|Netzwerkkabel Cat 6, 10 m|Schreibtischleuchte LED|Kaffeebohnen, 1 kg|"
    "Schutzhandschuhe Größe 9|Briefbogen, 4/0-farbig, 135 g matt, beschnitten und in Kartons zu 500 Stück verpackt|Filtereinsatz F7|Türband, Edelstahl",
    "fr": "Étagère en chêne huilé, 80 × 24 cm|Papier A4, 80 g|Pose et essais|Livraison et emballage|Stylo bille bleu|Cartouche de toner noir|Équerre acier "
    "galvanisé|Conseil sur site|Entretien annuel|Câble réseau Cat 6, 10 m|Lampe de bureau LED|Café en grains, 1 kg|Gants de protection, taille 9|Papier à "
    "en-tête, quadrichromie recto, 135 g mat, massicoté et conditionné par 500|Filtre F7|Charnière inox",
    "es": "Estante de roble aceitado, 80 × 24 cm|Papel A4, 80 g|Montaje y pruebas|Envío y embalaje|Bolígrafo azul|Cartucho de tóner negro|Escuadra de acero "
    "galvanizado|Asesoría in situ|Mantenimiento anual|Cable de red Cat 6, 10 m|Lámpara de escritorio LED|Café en grano, 1 kg|Guantes de seguridad, talla 9|"
    "Papel con membrete, cuatricromía, 135 g mate, cortado y embalado en cajas de 500|Filtro F7|Bisagra inoxidable",
    "it": "Mensola in rovere oliato, 80 × 24 cm|Carta A4, 80 g|Montaggio e collaudo|Spedizione e imballaggio|Penna a sfera blu|Cartuccia toner nero|Squadra "
    "in acciaio zincato|Consulenza in sede|Manutenzione annuale|Cavo di rete Cat 6, 10 m|Lampada da scrivania LED|Caffè in grani, 1 kg|Guanti di "
    "protezione, mis. 9|Carta intestata, stampa 4/0, 135 g opaca, rifilata e confezionata in scatole da 500|Filtro F7|Cerniera inox",
    "nl": "Eiken plank, geolied, 80 × 24 cm|Kopieerpapier A4, 80 g|Montage en test|Verzending en verpakking|Balpen blauw|Tonercartridge zwart|Stalen hoek, "
    "verzinkt|Advies op locatie|Jaarlijks onderhoud|Netwerkkabel Cat 6, 10 m|Bureaulamp led|Koffiebonen, 1 kg|Werkhandschoenen maat 9|Briefpapier, 4/0, 135 g "
    "mat, gesneden en verpakt in dozen van 500|Filterelement F7|Scharnier rvs",
    "pt": "Prateleira de carvalho, 80 × 24 cm|Papel A4, 80 g|Montagem e ensaio|Envio e embalagem|Esferográfica azul|Toner preto|Esquadro de aço galvanizado|"
    "Consultoria no local|Manutenção anual|Cabo de rede Cat 6, 10 m|Candeeiro de secretária LED|Café em grão, 1 kg|Luvas de proteção, tam. 9|Papel timbrado, "
    "4/0 cores, 135 g mate, aparado e embalado em caixas de 500|Filtro F7|Dobradiça inox",
    "pl": "Półka dębowa olejowana, 80 × 24 cm|Papier ksero A4, 80 g|Montaż i próby|Wysyłka i pakowanie|Długopis niebieski|Toner czarny|Kątownik stalowy "
    "ocynkowany|Doradztwo na miejscu|Przegląd roczny|Kabel sieciowy Cat 6, 10 m|Lampka biurkowa LED|Kawa ziarnista, 1 kg|Rękawice ochronne, rozm. 9|Papier "
    "firmowy, druk 4/0, 135 g mat, przycięty i pakowany po 500 sztuk|Wkład filtra F7|Zawias nierdzewny",
}  # fmt: skip
_UNITS = {
    "en": "pcs|h|box", "de": "Stk.|Std.|Krt.", "fr": "pce|h|lot", "es": "ud.|h|caja", "it": "pz|h|conf.", "nl": "st.|uur|ds.",
    "pt": "un.|h|cx.", "pl": "szt.|godz.|op.",
}  # fmt: skip
_PRICES = (
    (0, 18, 140), (2, 3, 9), (1, 45, 110), (0, 5, 60), (0, 1, 4), (0, 30, 160), (0, 2, 18), (1, 80, 190), (0, 120, 1400),
    (0, 4, 22), (0, 25, 140), (2, 11, 34), (0, 3, 16), (2, 40, 210), (0, 9, 75), (0, 2, 24),
)  # fmt: skip
"""Of the goods, in their order: which unit, and between what a price lies."""
_BANKS = (
    "Handelsbank West",
    "Banco Atlantis",
    "Crédit Lunaire",
    "Northern & Mutual",
    "Volkskas",
    "Banca del Lago",
    "Bank Bałtycki",
)


@dataclass(frozen=True, slots=True)
class Party:
    """A firm on paper."""

    name: str
    street: str
    town: str
    tax_id: str
    iban: str
    bank: str
    phone: str
    mail: str

    @property
    def initials(self) -> str:
        """For a logo."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


def drawn_party(rng: random.Random, region: Region) -> Party:
    """A firm of this country."""
    families, trades, forms, streets, towns = _NAMES[region.country]
    family, trade = rng.choice(families.split()), rng.choice(trades.split("|"))
    name = rng.choice((f"{family} {trade}", f"{trade} {family}", f"{family} & {rng.choice(families.split())}"))
    return Party(
        name=f"{name} {rng.choice(forms.split('|'))}",
        street=rng.choice(streets.split("|")),
        town=rng.choice(towns.split("|")),
        tax_id=numbers.tax_id(rng, region.country),
        iban=numbers.iban(rng, region.country),
        bank=rng.choice(_BANKS),
        phone=f"0{rng.randint(20, 899)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
        mail=f"{rng.choice(('info', 'mail', 'office'))}@{_plain(family)}.example",
    )


def drawn_good(rng: random.Random, language: str) -> tuple[str, str, Decimal]:
    """Something that is sold, what it is counted in, and what one costs."""
    index = rng.randrange(len(_PRICES))
    unit, low, high = _PRICES[index]
    price = Decimal(rng.randint(low * 100, high * 100)) / 100
    return _GOODS[language].split("|")[index], _UNITS[language].split("|")[unit], price


def hour(language: str) -> str:
    """The unit that comes in parts."""
    return _UNITS[language].split("|")[1]


def _plain(text: str) -> str:
    folded = text.lower().translate(str.maketrans("äöüéèêñçãąćęłńóśźżß", "aoueeencaacelnoszzs"))
    return "".join(char for char in folded if char.isascii())
