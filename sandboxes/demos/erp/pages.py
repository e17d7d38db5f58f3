# ruff: noqa: E501 -- a rule of CSS and a part of HTML read best on a line of their own
"""The program's pages as HTML: list, form, warning, confirmation, login. Readable from 320 px of width."""

from collections.abc import Mapping, Sequence
from html import escape

from sandboxes.demos.erp.books import Booking
from sandboxes.demos.erp.entry import AMOUNTS, FIELDS, LABELS, Entry

HINTS = {"date": "YYYY-MM-DD", "net": "0.00", "tax": "0.00", "total": "0.00"}

_CSS = """
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f4; color: #1d2733; font: 15px/1.35 "Liberation Sans", Arial, sans-serif; }
header { display: flex; align-items: center; gap: 20px; height: 48px; padding: 0 24px; background: #20415f; color: #fff; font-weight: bold; }
header a { color: #fff; text-decoration: none; font-weight: normal; opacity: .9; } header .name { margin-right: auto; }
main { max-width: 880px; margin: 24px auto; padding: 22px 26px; background: #fff; border: 1px solid #d3dae1; border-radius: 6px; }
h1 { margin: 0 0 16px; font-size: 20px; } p { margin: 0 0 14px; }
form.entry { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px 18px; }
.field { grid-column: span 2; } .field.supplier { grid-column: span 6; } .field.number, .field.date { grid-column: span 3; }
label { display: block; margin-bottom: 3px; font-size: 13px; color: #44525f; font-weight: bold; }
input { width: 100%; height: 36px; padding: 0 9px; font: 15px "Liberation Sans", Arial, sans-serif; border: 1px solid #8fa0b0; border-radius: 4px; background: #fff; }
input:focus { outline: 2px solid #2b7cc4; border-color: #2b7cc4; } .amount input { text-align: right; }
.bad input { border-color: #b3261e; background: #fdf1f0; } .why { float: right; color: #b3261e; font-size: 12px; font-weight: normal; }
.actions { display: flex; gap: 12px; grid-column: 1 / -1; margin-top: 4px; }
button, a.button { display: inline-block; height: 36px; padding: 0 18px; font: bold 14px/34px "Liberation Sans", Arial, sans-serif; border: 1px solid #20415f; border-radius: 4px; background: #20415f; color: #fff; text-decoration: none; cursor: pointer; white-space: nowrap; }
button.plain, a.plain { background: #fff; color: #20415f; }
table { width: 100%; border-collapse: collapse; font-size: 14px; } th, td { padding: 7px 8px; text-align: left; border-bottom: 1px solid #e0e5ea; }
th { color: #44525f; font-size: 12px; } .n { text-align: right; white-space: nowrap; } .empty { color: #6a7885; }
.note { padding: 12px 14px; margin-bottom: 16px; border-left: 5px solid #b3261e; background: #fdf1f0; }
.note.warn { border-color: #c98a00; background: #fff7e0; } .note.good { border-color: #2e7d4f; background: #ebf7ef; }
.receipt { font-size: 26px; font-weight: bold; letter-spacing: 1px; margin: 2px 0; }
@media (max-width: 520px) {
  body { font-size: 12px; } header { height: 28px; padding: 0 10px; gap: 12px; font-size: 12px; }
  main { margin: 5px; padding: 7px 10px; } h1 { font-size: 14px; margin-bottom: 4px; } form.entry { gap: 4px 8px; }
  label { font-size: 11px; margin-bottom: 1px; } .why { font-size: 10px; } input { height: 25px; padding: 0 5px; font-size: 13px; }
  button, a.button { height: 27px; padding: 0 10px; line-height: 25px; font-size: 12px; } .note { padding: 6px 8px; margin-bottom: 7px; }
  table { font-size: 11px; } th, td { padding: 3px 4px; } .wide { display: none; } .receipt { font-size: 19px; }
}
"""


def page(title: str, body: str, *, signed_in: bool = True) -> str:
    """A whole document."""
    links = '<a href="/">Invoices</a><a href="/new">New invoice</a>' if signed_in else ""
    return (
        f'<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{escape(title)} - Bookwell</title><style>{_CSS}</style>"
        f"<header><span class=name>Bookwell</span>{links}</header><main>{body}</main></html>"
    )


def list_page(bookings: Sequence[Booking]) -> str:
    """All invoices, the last one first."""
    heads = "<tr><th>Receipt<th>Number<th class=wide>Date<th>Supplier<th class='n wide'>Net<th class='n wide'>Tax<th class=n>Total</tr>"
    rows = "".join(
        f"<tr><td>{each.receipt}<td>{escape(each.entry.number)}<td class=wide>{escape(each.entry.date)}"
        f"<td>{escape(each.entry.supplier)}<td class='n wide'>{escape(each.entry.net)}"
        f"<td class='n wide'>{escape(each.entry.tax)}<td class=n>{escape(each.entry.total)}</tr>"
        for each in reversed(bookings)
    )
    body = f"<table>{heads}{rows}</table>" if bookings else "<p class=empty>No invoices yet.</p>"
    return page(
        "Invoices", f"<h1>Invoices ({len(bookings)})</h1>{body}<p></p><a class=button href='/new'>New invoice</a>"
    )


def form_page(typed: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    """The form, with what was typed and what is wrong with it."""
    fields = "".join(_field(name, typed.get(name, ""), wrong.get(name, "")) for name in FIELDS)
    buttons = "<div class=actions><button>Save invoice</button><a class='button plain' href='/'>Cancel</a></div>"
    form = f"<form class=entry method=post action='/new' autocomplete=off>{fields}{buttons}</form>"
    return page("New invoice", f"<h1>New invoice</h1>{form}")


def warning_page(entry: Entry, likes: Sequence[Booking]) -> str:
    """The same invoice seems to be booked already; it can be saved in spite of that."""
    hidden = "".join(
        f'<input type=hidden name={name} value="{escape(value)}">' for name, value in entry.model_dump().items()
    )
    receipts = ", ".join(each.receipt for each in likes)
    body = f"""<h1>Possible duplicate</h1><div class="note warn">Invoice <b>{escape(entry.number)}</b> of <b>{escape(entry.supplier)}</b>
    is already booked as <b>{receipts}</b>.</div><form method=post action="/new"><input type=hidden name=anyway value=yes>{hidden}
    <div class=actions><a class=button href="/">Do not save</a><button class=plain>Save anyway</button></div></form>"""
    return page("Possible duplicate", body)


def receipt_page(booking: Booking) -> str:
    """It is booked."""
    entry = booking.entry
    body = f"""<h1>Invoice saved</h1><div class="note good">Receipt number<div class=receipt>{booking.receipt}</div>
    {escape(entry.number)}, {escape(entry.supplier)}, total {escape(entry.total)}</div>
    <div class=actions><a class=button href="/new">Enter another</a><a class="button plain" href="/">All invoices</a></div>"""
    return page("Invoice saved", body)


def login_page(refused: bool) -> str:
    """Who are you?"""
    note = "<div class=note>Name or password is wrong.</div>" if refused else ""
    fields = "".join(
        f"<div class='field number'><label for={name}>{label}</label><input id={name} name={name} type={kind}></div>"
        for name, label, kind in (("name", "Name", "text"), ("password", "Password", "password"))
    )
    form = f"<form class=entry method=post action='/login'>{fields}<div class=actions><button>Sign in</button></div></form>"
    return page("Sign in", f"<h1>Sign in</h1>{note}{form}", signed_in=False)


def error_page(title: str, text: str) -> str:
    """Something that is not there, or can't be."""
    return page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p><a class=button href='/'>All invoices</a>")


def _field(name: str, value: str, wrong: str) -> str:
    classes = f"field {name}{' amount' if name in AMOUNTS else ''}{' bad' if wrong else ''}"
    why = f"<span class=why>{escape(wrong)}</span>" if wrong else ""
    box = f'<input id={name} name={name} value="{escape(value)}" placeholder="{HINTS.get(name, "")}">'
    return f'<div class="{classes}"><label for={name}>{LABELS[name]}{why}</label>{box}</div>'
