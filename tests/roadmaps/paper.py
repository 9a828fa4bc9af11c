"""Files as offices make them: rows with merged cells written as docx, xlsx or text."""

from io import BytesIO

from docx import Document
from openpyxl import Workbook

UP, LEFT = "^", "<"  # a cell merged with the one above it, or to its left


def docx_of(rows, *, above=(), below=()):
    document = Document()
    for line in above:
        document.add_paragraph(line)
    put_table(document, rows)
    for line in below:
        document.add_paragraph(line)
    return saved(document)


def put_table(document, rows):
    """A table in which UP and LEFT are merged, and a line feed begins a paragraph."""
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    grid = [[table.cell(y, x) for x in range(len(rows[0]))] for y in range(len(rows))]
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            if text not in (UP, LEFT):
                first, *more = str(text).split("\n")
                grid[y][x].text = first
                for paragraph in more:
                    grid[y][x].add_paragraph(paragraph)
    for top, left, bottom, right in areas(rows):
        grid[top][left].merge(grid[bottom][right])
    return table


def areas(rows):
    """Merged areas: where each begins, and its last row and column."""
    found = []
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            if text in (UP, LEFT):
                continue
            right = x
            while right + 1 < len(row) and row[right + 1] == LEFT:
                right += 1
            bottom = y
            while bottom + 1 < len(rows) and rows[bottom + 1][x] == UP:
                bottom += 1
            if (bottom, right) != (y, x):
                found.append((y, x, bottom, right))
    return found


def xlsx_of(rows, *, above=()):
    workbook = Workbook()
    sheet = workbook.active
    for line in above:
        sheet.append([line])
    start = len(above) + 1
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if value not in (UP, LEFT, ""):
                sheet.cell(start + y, x + 1, value)
    for top, left, bottom, right in areas(rows):
        sheet.merge_cells(
            start_row=start + top,
            start_column=left + 1,
            end_row=start + bottom,
            end_column=right + 1,
        )
    return saved(workbook)


def txt_of(rows, *, above=(), below=()):
    cells = [["" if text in (UP, LEFT) else str(text) for text in row] for row in rows]
    lines = ["\t".join(row).replace("\n", " ") for row in cells]
    return "\n".join([*above, "", *lines, "", *below]).encode()


def saved(made):
    content = BytesIO()
    made.save(content)
    return content.getvalue()
