"""A small care directory in the regulator's layout, made up, and written as csv, ods and xlsx by hand."""

import csv
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

COLUMNS = (Path(__file__).parent / "cqc_columns.txt").read_text(encoding="utf-8").splitlines()
SHORT = {
    "id": "Location ID",
    "start": "Location HSCA start date",
    "dormant": "Dormant (Y/N)",
    "home": "Care home?",
    "name": "Location Name",
    "beds": "Care homes beds",
    "council": "Location Local Authority",
    "town": "Location City",
    "brand": "Brand Name",
    "charity": "Provider Charity Number",
    "provider_id": "Provider ID",
    "provider": "Provider Name",
    "sector": "Provider Type/Sector",
    "nursing": "Service type - Care home service with nursing",
    "residential": "Service type - Care home service without nursing",
    "at_home": "Service type - Domiciliary care service",
    "older": "Service user band - Older People",
    "learning": "Service user band - Learning disabilities or autistic spectrum disorder",
    "children": "Service user band - Children 0-18 years",
    "dual": "Location Dual Registered",
    "primary": "Primary ID (Dual registration locations)",
}
USUAL = {"start": "01/10/2010", "dormant": "N", "home": "N", "brand": "-", "sector": "Social Care Org", "dual": "N"}
HOME = {"home": "Y", "residential": "Y", "older": "Y"}
BRANCH = {"at_home": "Y", "older": "Y"}
GIANT = {"brand": "BRAND Giant Care", "provider": "Giant Homes (North) Limited", "provider_id": "1-10"}

LOCATIONS = (
    {"id": "1-1", "name": "The Elms", "beds": 40, "council": "Birmingham", **HOME, **GIANT},
    {
        "id": "1-2",
        "name": "The Oaks",
        "beds": 60,
        "council": "Birmingham",
        **HOME,
        **GIANT,
        "nursing": "Y",
        "start": "15/06/2020",
    },
    {"id": "1-3", "name": "Far Away", "beds": 55, "council": "Leeds", **HOME, **GIANT, "provider_id": "1-11"},
    {"id": "1-4", "name": "Far Care", "council": "Leeds", **BRANCH, **GIANT},
    {
        "id": "1-5",
        "name": "Rose Cottage",
        "beds": 6,
        "council": "Dudley",
        "home": "Y",
        "residential": "Y",
        "learning": "Y",
        "provider": "A Smith",
        "provider_id": "1-20",
    },
    {
        "id": "1-6",
        "name": "Lily Cottage",
        "beds": 8,
        "council": "Dudley",
        **HOME,
        "provider": "A Smith",
        "provider_id": "1-21",
    },
    {
        "id": "1-7",
        "name": "City Home",
        "beds": 30,
        "council": "Birmingham",
        **HOME,
        "provider": "Birmingham City Council",
        "provider_id": "1-30",
    },
    {
        "id": "1-8",
        "name": "City Home Abroad",
        "beds": 20,
        "council": "Solihull",
        **HOME,
        "provider": "Birmingham City Council",
        "provider_id": "1-30",
    },
    {
        "id": "1-9",
        "name": "Neighbours",
        "council": "Herefordshire, County of",
        **BRANCH,
        "provider": "Wye Co-operative Limited",
        "provider_id": "1-40",
    },
    {
        "id": "1-10",
        "name": "Both",
        "beds": 12,
        "council": "Walsall",
        **HOME,
        "at_home": "Y",
        "provider": "Trust in Walsall",
        "provider_id": "1-50",
        "charity": "123456",
    },
    {
        "id": "1-11",
        "name": "Asleep",
        "beds": 25,
        "council": "Walsall",
        **HOME,
        "provider": "Asleep Ltd",
        "provider_id": "1-60",
        "dormant": "Y",
    },
    {
        "id": "1-12",
        "name": "Twin",
        "beds": 25,
        "council": "Walsall",
        **HOME,
        "provider": "Twin Ltd",
        "provider_id": "1-61",
        "dual": "Y",
        "primary": "1-6",
    },
    {"id": "1-13", "name": "No beds", "council": "Walsall", **HOME, "provider": "Empty Ltd", "provider_id": "1-62"},
    {"id": "1-14", "name": "Dentist", "council": "Walsall", "provider": "Teeth Ltd", "provider_id": "1-63"},
    {
        "id": "1-15",
        "name": "Kids",
        "council": "Walsall",
        "at_home": "Y",
        "children": "Y",
        "provider": "Kids Ltd",
        "provider_id": "1-64",
    },
    {
        "id": "1-16",
        "name": "Typo House",
        "beds": 10,
        "council": "Birmingam",
        **HOME,
        "provider": "Typo Ltd",
        "provider_id": "1-65",
    },
    {"id": "1-1", "name": "The Elms", "beds": 40, "council": "Birmingham", **HOME, **GIANT},
    {
        "id": "1-17",
        "name": "By the Sea",
        "beds": 22,
        "council": "Bournemouth, Christchurch and Poole",
        "town": "Poole",
        **HOME,
        "provider": "Sea Ltd",
        "provider_id": "1-66",
    },
)


def table(locations=LOCATIONS, titles: int = 0) -> list[list[str]]:
    """The sheet: title rows, the 122 names of the columns, and a row a location."""
    rows = [[f"Title {number}"] for number in range(titles)] + [list(COLUMNS)]
    for location in locations:
        cells = dict.fromkeys(COLUMNS, "")
        for name, value in {**USUAL, **location}.items():
            cells[SHORT[name]] = value
        rows.append([cells[name] for name in COLUMNS])
    return rows


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_xlsx(path: Path, rows: list[list[str]], sheet: str = "HSCA_Active_Locations") -> Path:
    """A workbook with a sheet to read first and the locations in the second."""
    office = "http://schemas.openxmlformats.org"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": _relations(office, [("officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(
            office, [("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml")]
        ),
        "xl/workbook.xml": f'<workbook xmlns="{office}/spreadsheetml/2006/main" '
        f'xmlns:r="{office}/officeDocument/2006/relationships"><sheets><sheet name="README" sheetId="1" r:id="rId1"/>'
        f'<sheet name="{sheet}" sheetId="2" r:id="rId2"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": _sheet(office, [["Read this first"]]),
        "xl/worksheets/sheet2.xml": _sheet(office, rows),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def _relations(office: str, targets: list[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{office}/package/2006/relationships">{each}</Relationships>'


def _sheet(office: str, rows: list[list[str]]) -> str:
    body = ""
    for number, row in enumerate(rows, start=1):
        body += f'<row r="{number}">' + "".join(_xlsx_cell(number, at, cell) for at, cell in enumerate(row)) + "</row>"
    return f'<worksheet xmlns="{office}/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'


def _xlsx_cell(row: int, column: int, value: object) -> str:
    letters = (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)
    if value == "":
        return ""
    if isinstance(value, int):
        return f'<c r="{letters}{row}"><v>{value}</v></c>'
    return f'<c r="{letters}{row}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def write_ods(path: Path, rows: list[list[str]], sheet: str = "HSCA_Active_Locations") -> Path:
    """An OpenDocument spreadsheet with a sheet to read first and the locations in the second."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    tables = _ods_table("README", [["Read this first"]]) + _ods_table(sheet, rows)
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>{body}</office:document-content>'
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (("mimetype", kind), ("content.xml", content), ("META-INF/manifest.xml", manifest)):
            archive.writestr(name, text)
    return path


def _ods_table(name: str, rows: list[list[str]]) -> str:
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    return f'<table:table table:name="{name}">{body}</table:table>'


def _ods_cell(value: object) -> str:
    if value == "":
        return "<table:table-cell/>"
    text = f"<text:p>{escape(str(value))}</text:p>"
    if isinstance(value, int):
        return f'<table:table-cell office:value-type="float" office:value="{value}">{text}</table:table-cell>'
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
