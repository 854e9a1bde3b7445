"""The data sheet: its words are those of the default plan, its figures those of the book at hand."""

from models.__main__ import main
from models.simulate.book import BookPlan
from models.simulate.datasheet import SHEET, datasheet
from models.simulate.table import Table


def test_committed_data_sheet_describes_the_default_plan(dense: Table):
    """Its words and figures of the plan; what it measured takes minutes to make again: `python -m models datasheet`."""
    words, _, measured = SHEET.read_text(encoding="utf-8").partition("\n## Measured")
    assert words == datasheet(BookPlan(), dense).partition("\n## Measured")[0]
    assert f"seed {BookPlan().seed}, 3 years" in measured
    assert "stated bounds: none" in measured


def test_data_sheet_measures_the_book_at_hand(tmp_path):
    plan = ["--requests-a-year", "500", "--scam-rate", "0.2", "--seed", "14", "--quiet"]
    book_file, sheet = tmp_path / "book.npz", tmp_path / "sheet.md"
    assert main(["simulate", "--out", str(book_file), "--processes", "1", *plan]) == 0
    assert main(["datasheet", "--book", str(book_file), "--out", str(sheet), *plan]) == 0
    made = Table.load(book_file)
    text = sheet.read_text(encoding="utf-8")
    assert f"{len(made):,} requests" in text
    assert f"{int(made.truth.sum())} scam requests" in text
    assert f"| 2025-12 | {int((made.day >= 365 * 3 + 1 - 31).sum()):,} |" in text
