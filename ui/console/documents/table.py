"""The table in which a person draws up which fields are read: a name, a type, and whether it is required."""

from collections.abc import Sequence
from html import escape

from ui.console.documents.fields import LONGEST_NAME, TYPES, Row


def table_html(rows: Sequence[Row]) -> str:
    """The table with these rows, and one that is empty."""
    lines = "".join(_row(row) for row in (*rows, Row(name="")))
    return (
        '<div class="he-table"><p>Name each field by the word that stands before it on the paper.</p>'
        f'<div class="he-rows">{lines}</div><div class="he-does">'
        '<button type="button" class="he-do" data-row="add">Add a field</button>'
        '<button type="button" class="he-do main" data-row="save">Save these fields</button></div></div>'
    )


def _row(row: Row) -> str:
    types = "".join(
        f'<option value="{escape(one)}"{" selected" if one == row.type else ""}>{escape(one)}</option>' for one in TYPES
    )
    return (
        f'<div class="he-field"><input type="text" aria-label="Name of the field" placeholder="Invoice number" '
        f'maxlength="{LONGEST_NAME}" value="{escape(row.name)}"><select aria-label="Type of the field">{types}</select>'
        f'<label><input type="checkbox"{" checked" if row.required else ""}> required</label>'
        '<button type="button" class="he-do" data-row="remove" aria-label="Remove the field">Remove</button></div>'
    )


TABLE_SCRIPT = """
const rows = () => [...element.querySelectorAll('.he-field')];
const row = (line) => ({
  name: line.querySelector('input[type=text]').value,
  type: line.querySelector('select').value,
  required: line.querySelector('input[type=checkbox]').checked,
});
watch('value', () => rows().forEach((line) => {
  const name = line.querySelector('input[type=text]'), needed = line.querySelector('input[type=checkbox]');
  name.value = name.getAttribute('value');
  needed.checked = needed.defaultChecked;
  line.querySelectorAll('option').forEach((one) => { one.selected = one.defaultSelected; });
}));
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-row]');
  if (!button) return;
  if (button.dataset.row === 'save') { trigger('click', {rows: rows().map(row)}); return; }
  const line = button.closest('.he-field') || rows().at(-1);
  if (button.dataset.row === 'add' || rows().length === 1) {
    const fresh = line.cloneNode(true);
    fresh.querySelector('input[type=text]').value = '';
    fresh.querySelector('select').selectedIndex = 0;
    fresh.querySelector('input[type=checkbox]').checked = false;
    line.after(fresh);
    if (button.dataset.row === 'remove') line.remove();
    fresh.querySelector('input').focus();
  } else {
    const next = line.nextElementSibling || line.previousElementSibling;
    line.remove();
    next?.querySelector('input')?.focus();
  }
});
"""
