"""The page of settings says what the settings are."""

import re

from dagster_pipelines.extraction import document, pages
from dagster_pipelines.settings import PROJECT_DIR, Settings

PAGE = (PROJECT_DIR / "docs" / "installningar.md").read_text(encoding="utf-8")


def test_every_setting_stands_there_with_its_default_and_meaning() -> None:
    rows = re.findall(r"^\| `FINSAM_(\w+)` \| (.+?) \| (.+?) \|$", PAGE, re.M)
    assert {name.lower(): meaning for name, _, meaning in rows} == {
        name: field.description for name, field in Settings.model_fields.items()
    }
    numbers = {
        name.upper(): f"`{field.default:g}`"
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, int | float)
    }
    assert {name: default for name, default, _ in rows if name in numbers} == numbers


def test_the_limits_of_the_extractor_are_those_of_the_page() -> None:
    assert f"{document.MAX_BYTES // 1_048_576} MB" in PAGE
    assert f"{pages.MAX_PAGES} pages" in PAGE
    said = " ".join(PAGE.split())
    assert f"more than {document.OCR_PAGES} pages of images" in said
    assert f"text may take {document.PDF_SECONDS} seconds" in said
    assert f"of a page {document.OCR_SECONDS} seconds" in said
