"""The page of settings says what the settings are."""

import re

from dagster_pipelines.documents.readings import limits_of
from dagster_pipelines.extraction import document, pages
from dagster_pipelines.settings import PROJECT_DIR, Settings

PAGE = (PROJECT_DIR / "docs" / "installningar.md").read_text(encoding="utf-8")


def test_every_setting_stands_there_with_its_default_and_meaning() -> None:
    rows = re.findall(r"^\| `FINSAM_(\w+)` \| (.+?) \| (.+?) \|$", PAGE, re.M)
    assert {name.lower(): meaning for name, _, meaning in rows} == {
        name: field.description for name, field in Settings.model_fields.items()
    }
    numbers = {
        name.upper(): f"`{str(field.default).removesuffix('.0')}`"
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, int | float)
    }
    assert {name: default for name, default, _ in rows if name in numbers} == numbers


def test_the_limits_of_the_extractor_are_those_of_the_page() -> None:
    said = " ".join(PAGE.split())
    assert f"{pages.MAX_PAGE_CHARACTERS:_} characters".replace("_", " ") in said
    assert f"document {pages.MAX_CHARACTERS:_}".replace("_", " ") in said
    assert f"{pages.MAX_PIXELS // 1_000_000} million dots" in said


def test_an_installation_that_says_nothing_has_the_defaults_of_the_extractor() -> None:
    assert limits_of(Settings()) == document.DEFAULT_LIMITS
    assert document.DEFAULT_LIMITS.pages == pages.MAX_PAGES
