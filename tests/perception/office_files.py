"""Office files, made here: whole ones, and bombs; sheets, texts and slides, each as small as its kind allows."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_TYPE = "application/vnd.openxmlformats-officedocument"


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of these files, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _package(part: str, kind: str, content: str, more: Mapping[str, str] = {}) -> bytes:
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )
    start = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="{part}"/>'
    links = f'<Relationships xmlns="{_PACKAGE}/relationships">{start}</Relationships>'
    return zipped({"[Content_Types].xml": types, "_rels/.rels": links, part: content, **more})


def xlsx(rows: str) -> bytes:
    """A workbook of one sheet with this XML of rows."""
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="s1"/></sheets>'
    book = f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">{sheets}</workbook>'
    link = f'<Relationship Id="s1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    more = {
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return _package("xl/workbook.xml", f"{_TYPE}.spreadsheetml.sheet.main+xml", book, more)


def docx(body: str) -> bytes:
    """A text with this XML in it."""
    text = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _package("word/document.xml", f"{_TYPE}.wordprocessingml.document.main+xml", text)


def ods(table: str) -> bytes:
    """An OpenDocument sheet with this XML of a table."""
    names = f'xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0" xmlns:text="{_ODF}:text:1.0"'
    content = (
        f"<office:document-content {names} office:version='1.2'><office:body><office:spreadsheet>{table}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind, name = "application/vnd.oasis.opendocument.spreadsheet", "manifest:full-path"
    entries = f'<manifest:file-entry {name}="/" manifest:media-type="{kind}"/>'
    entries += f'<manifest:file-entry {name}="content.xml" manifest:media-type="text/xml"/>'
    manifest = f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0">{entries}</manifest:manifest>'
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def office_files() -> Iterator[tuple[str, str, bytes]]:
    """Names, endings and bytes of whole files."""
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>Part {row}</t></is></c>'
        f'<c r="B{row}"><v>{row}.5</v></c></row>'
        for row in range(1, 30)
    )
    yield "workbook", ".xlsx", xlsx(cells)
    row = "<table:table-row><table:table-cell><text:p>Bolt</text:p></table:table-cell></table:table-row>"
    yield "sheet", ".ods", ods(f'<table:table table:name="a">{row * 20}</table:table>')
    yield "text", ".docx", docx("<w:p><w:r><w:t>Dear Ada</w:t></w:r></w:p>" * 20)
    yield "rich text", ".rtf", rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0\fs24 Dear Ada\par}"
    yield "values", ".csv", "Name,Amount\nÄpfel,3.50\n".encode() * 20


def office_bombs() -> Iterator[tuple[str, str, bytes]]:
    """Small files that ask for much."""
    yield "blanks in a workbook", ".xlsx", xlsx(" " * 300_000_000)
    cell = "<table:table-cell table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell>"
    rows = f"<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>"
    yield "cells that repeat", ".ods", ods(f'<table:table table:name="a">{rows}</table:table>')
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    entities = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    row = '<row><c t="inlineStr"><is><t>&l11;</t></is></c></row>'
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{row}</sheetData></worksheet>'
    files = {info.filename: archive.read(info) for archive in [_opened(xlsx(""))] for info in archive.infolist()}
    yield "entities", ".xlsx", zipped({**files, "xl/worksheets/sheet1.xml": entities + sheet})
    yield "values without end", ".csv", b"1," * 20_000_000
    yield "nested text", ".rtf", rb"{\rtf1 " + b"{" * 5_000_000


def office_mutant(data: bytes, rng: random.Random, mutate: Callable[[bytes, random.Random], bytes]) -> bytes:
    """A mutant: of an archive, half of the time of one of the files in it, since a broken archive tells little."""
    if not zipfile.is_zipfile(io.BytesIO(data)) or rng.random() < 0.5:
        return mutate(data, rng)
    archive = _opened(data)
    files = {info.filename: archive.read(info) for info in archive.infolist()}
    name = rng.choice(list(files))
    return zipped({**files, name: mutate(files[name], rng)})


def _opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))
