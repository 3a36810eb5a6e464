"""What is installed is what is locked, with hashes and licences that we can live with."""

import re
import tomllib

import pytest

from dagster_pipelines.settings import PROJECT_DIR
from docs.beroenden import NOT_HERE, PAGE, Dependency, dependencies

LOCKED = dependencies()


def test_every_locked_file_has_a_hash() -> None:
    lock = tomllib.loads((PROJECT_DIR / "uv.lock").read_text(encoding="utf-8"))
    files = [
        (package["name"], file)
        for package in lock["package"]
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    ]
    assert len(files) > 500
    assert [name for name, file in files if not file["hash"].startswith("sha256:")] == []


def test_the_page_lists_what_is_locked() -> None:
    """Licences are those of the platform it was made on; names and versions hold everywhere."""
    listed = re.findall(r"^\| (\S+) \| (\S+) \| .+ \|$", PAGE.read_text("utf-8"), re.M)
    rows = {row for row in listed if row[0] not in ("package", "---")}
    assert rows == {(d.name, d.version) for d in LOCKED}, "run python -m docs.beroenden"


def test_no_dependency_is_only_copyleft() -> None:
    assert [d for d in LOCKED if d.only_copyleft] == []


def test_every_installed_dependency_declares_a_licence() -> None:
    assert [d.name for d in LOCKED if d.licence == "not declared"] == []
    assert sum(d.licence == NOT_HERE for d in LOCKED) < 10


@pytest.mark.parametrize(
    ("licence", "only_copyleft"),
    [
        ("AGPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GPL-2.0-or-later", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-3.0", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT OR GPL-2.0", False),
        ("Apache-2.0", False),
    ],
)
def test_copyleft_is_recognised(licence: str, only_copyleft: bool) -> None:
    assert Dependency("x", "1", licence).only_copyleft is only_copyleft
