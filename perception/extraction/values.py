"""Values as documents write them, and as data: amounts, dates, account numbers.

An amount is text with digits whose last `.` or `,` before one or two digits parts the cents, whatever the country; a
date with numbers alone has its day first, unless told otherwise or impossible.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache

CURRENCY = r"(?:€|\$|£|¥|z[łl]|kr\.?|Kč|Ft|EUR|USD|GBP|CHF|PLN|SEK|DKK|NOK|CZK|HUF|RON|CAD|AUD|JPY|MYR|RM|SGD|Fr\.)"
_SPACES = " \u00a0\u2009\u202f'’‘`´"
AMOUNT = re.compile(
    rf"(?<![\w,/-])(?<![^.]\.)(?P<sign>[-−–(]\s?)?(?:{CURRENCY}\s?)?(?P<minus>[-−–]\s?)?"
    rf"(?P<number>\d{{1,3}}(?:[.,{_SPACES}]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d{{1,2}})?)(?P<unit>[^\S\t]?{CURRENCY})?"
    rf"(?P<after>[^\S\t]?[-−)])?(?!\w|\s?%|[.,/-]\d)"
)
"""An amount of money within text: sign, number, currency."""
_MONTHS = {
    1: "january januar janvier enero gennaio januari janeiro styczen "
    "stycznia jan janv ene gen jaenner leden ledna tammikuu",
    2: "february februar fevrier febrero febbraio februari fevereiro luty lutego feb fev fevr febr unor unora helmikuu",
    3: "march marz maerz mars marzo maart marco marzec marca mar mrz mrt brezen brezna maaliskuu",
    4: "april avril abril aprile kwiecien kwietnia apr avr abr duben dubna huhtikuu",
    5: "may mai mayo maggio mei maio maj maja mag kveten kvetna toukokuu",
    6: "june juni juin junio giugno junho czerwiec czerwca jun giu cerven cervna kesakuu",
    7: "july juli juillet julio luglio julho lipiec lipca jul juil lug cervenec cervence heinakuu",
    8: "august aout agosto augustus augusti sierpien sierpnia aug ago srpen srpna elokuu",
    9: "september septembre septiembre settembre setembro wrzesien wrzesnia sep sept set zari syyskuu",
    10: "october oktober octobre octubre ottobre outubro pazdziernik pazdziernika oct okt ott out rijen rijna lokakuu",
    11: "november novembre noviembre novembro listopad listopada nov listopadu marraskuu",
    12: "december dezember decembre diciembre dicembre dezembro desember "
    "grudzien grudnia dec dez dic prosinec prosince joulukuu",
}
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_LONG_NAMES = tuple(name for name in _MONTH_OF if len(name) > 4)
_ALIKE = 0.82
"""How alike a word is to the month that it is taken for."""
DATE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|(?P<a>\d{1,2})\s?[./-]\s?(?P<b>\d{1,2})\s?[./-]\s?(?P<y2>\d{4}|\d{2})"
    r"|(?P<d3>\d{1,2})(?:\.|st|nd|rd|th|er|º)?[\s-]*(?:de\s+)?(?P<n3>[^\W\d_]{3,15})\.?,?"
    r"(?:[\s-]+(?:del?\s*)?|(?=\d{4}))(?P<y3>\d{4}|\d{2})"
    r"|(?P<n4>[^\W\d_]{3,12})\.?\s+(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y4>\d{4})"
    r"|(?P<y5>\d{4})\s*年\s*(?P<m5>\d{1,2})\s*月\s*(?P<d5>\d{1,2})\s*日"
    r")(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
"""A date within text, in numbers or with the month's name."""
_AMERICAN = re.compile(r"\$|USD|\bsales tax\b|\b[A-Z]{2} \d{5}(?:-\d{4})?\b|\bP\.?O\.? Box\b|\bEIN\b", re.IGNORECASE)
_NOT_AMERICAN = re.compile(r"[€£]|EUR|GBP|CHF|\bVAT\b|\bGST\b|\bIBAN\b", re.IGNORECASE)
_NOT_ENGLISH = re.compile(
    r"\b(?:I\.?V\.?A|TVA|MwSt|USt|BTW|NIF|factur\w+|fatt?ura|rechnung\w*|faktura)\b", re.IGNORECASE
)
"""Words of languages in which the day comes first, in whatever currency."""
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?!\w)")
VAT_ID = re.compile(
    r"(?<!\w)(?!(?:GBP|PLN|SEK|DKK|CZK|RON)\b)"  # an amount behind its currency is none
    r"(?:AT ?U|BE|BG|CHE-?|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)"
    r" ?[0-9A-Z](?:[ .]?[0-9A-Z+*]){6,12}(?!\w)"
)


def amount(text: str) -> Decimal | None:
    """The number that an amount's text means, or nothing."""
    found = AMOUNT.search(text.strip())
    if found is None:
        return None
    number = re.sub(f"[{_SPACES}]", "", found["number"])
    parts = re.split(r"[.,]", number)
    is_cents = len(parts) > 1 and len(parts[-1]) < 3
    digits = "".join(parts[:-1]) + "." + parts[-1] if is_cents else "".join(parts)
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    negative = bool(found["sign"] or found["minus"] or (found["after"] and found["after"].strip() != ")"))
    return -value if negative else value


def day(text: str, *, month_first: bool = False) -> date | None:
    """The day that a date's text means, or nothing."""
    return next((_day(found, month_first) for found in dates(text)), None)


def dates(text: str) -> Iterator[re.Match[str]]:
    """What in a text is a date, and not only looks like one."""
    return (found for found in DATE.finditer(text) if _day(found, False) is not None)


def is_month_first(text: str) -> bool:
    """Whether dates in this text have the month before the day: where one tells, and else where it is American."""
    votes = _votes(text)
    if votes or _NOT_ENGLISH.search(text):
        return votes > 0
    return len(_AMERICAN.findall(text)) > 2 * len(_NOT_AMERICAN.findall(text))


def tells_order(text: str) -> bool:
    """Whether a text tells which of day and month comes first in its dates: by another date, by its language, or by
    all that is said of the country."""
    is_plain = bool(_AMERICAN.search(text)) != bool(_NOT_AMERICAN.search(text))
    return bool(_votes(text)) or bool(_NOT_ENGLISH.search(text)) or is_plain


def _votes(text: str) -> int:
    """How many dates have the month first, less those that have the day first; what may be either does not count."""
    votes = 0
    for found in DATE.finditer(text):
        if found["a"] is not None:
            first, second = int(found["a"]), int(found["b"])
            votes += (second > 12 >= first) - (first > 12 >= second)
    return votes


def is_iban(text: str) -> bool:
    """Whether the check digits of an account number are right (ISO 13616: the remainder by 97 is 1)."""
    bare = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", bare):
        return False
    return int("".join(str(int(letter, 36)) for letter in bare[4:] + bare[:4])) % 97 == 1


def is_vat_id(text: str) -> bool:
    """Whether it has the form of a VAT id; for Germany with its check digit (ISO 7064, MOD 11,10)."""
    bare = re.sub(r"[\s.]", "", text).upper()
    if not VAT_ID.fullmatch(bare):
        return False
    if not bare.startswith("DE"):
        return True
    digits = bare[2:]
    if not (digits.isdecimal() and len(digits) == 9):
        return False
    product = 10
    for digit in digits[:8]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[8])


def _day(found: re.Match[str], month_first: bool) -> date | None:
    groups = found.groupdict()
    if groups["y1"] or groups["y5"]:
        key = "1" if groups["y1"] else "5"
        return _date(int(groups[f"y{key}"]), int(groups[f"m{key}"]), int(groups[f"d{key}"]))
    if groups["a"]:
        first, second, year = int(groups["a"]), int(groups["b"]), _year(groups["y2"])
        if second > 12 or (month_first and first <= 12):
            first, second = second, first
        return _date(year, second, first)
    key = "3" if groups["n3"] else "4"
    folded = unicodedata.normalize("NFKD", groups[f"n{key}"].casefold())
    name = "".join(letter for letter in folded if not unicodedata.combining(letter))
    month = _month(name)
    return None if month is None else _date(_year(groups[f"y{key}"]), month, int(groups[f"d{key}"]))


@lru_cache(maxsize=4096)
def _month(name: str) -> int | None:
    """The month of a name without accents, which pixels may have got wrong, or glued to a word beside it."""
    for bare in (name, name.removeprefix("de"), name.removesuffix("de"), name.removeprefix("de").removesuffix("de")):
        if bare in _MONTH_OF:
            return _MONTH_OF[bare]
    near = get_close_matches(name, _LONG_NAMES, n=1, cutoff=_ALIKE)
    return _MONTH_OF[near[0]] if near else None


def _year(text: str) -> int:
    year = int(text)
    return year + (2000 if year < 70 else 1900) if len(text) == 2 else year


def _date(year: int, month: int, number: int) -> date | None:
    try:
        found = date(year, month, number)
    except ValueError:
        return None
    return found if 1900 <= year <= 2200 else None
