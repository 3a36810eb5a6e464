"""Which of several files counts as the later, when they are read in one load.

Belongs here: the order of files by name, and that in which a publication knew them. Does not
belong here: which files there are (`reader`), or what a later delivery does to an earlier
(`loader`).
"""

import logging
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import duckdb

from dagster_pipelines import versions
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import Settings

Natural = list[str | int]
log = logging.getLogger("finsam.order")


def by_name(relative: Path) -> tuple[list[Natural], Natural, str]:
    """Folder by folder, then by the name without its suffix, numbers as numbers.

    `vm`, `vm (1)`, `vm (2)`, `vm (10)`, `vm-rattad`: the copies that a browser numbers and the
    corrections that a person names by what they correct come after it. With the suffix in it, a
    blank or a hyphen would come before the dot.
    """
    folders = [_natural(part) for part in relative.parent.parts]
    return folders, _natural(relative.stem), relative.as_posix()


def _natural(text: str) -> Natural:
    """Text and numbers by turns: the same for capitals, and for both ways to store an å."""
    parts = re.split(r"(\d+)", unicodedata.normalize("NFC", text).casefold())
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def as_published(settings: Settings, last: str) -> Mapping[tuple[str, str], str]:
    """When the publication got each file, by name and sha256: an `inlasning_id`.

    Of a file that was loaded more than once it is when what it says last became the newest; a
    duplicate has the place of what it repeats. Empty where the publication knows of nothing after
    `last`, as it does only when the build database was lost or put back, or cannot be read.
    """
    try:
        with open_published(published_file(settings)) as con:
            found = con.execute(PUBLISHED, [last]).fetchall()
    except FileNotFoundError:
        return {}
    except (OSError, duckdb.Error) as unreadable:
        log.warning(
            "files are loaded by name: the published order cannot be read",
            extra={"why": str(unreadable)},
        )
        return {}
    return {(fil, sha256): at for fil, sha256, at in found}


def published_file(settings: Settings) -> Path:
    """The database that readers see, or saw last."""
    shown = versions.last_shown(settings)
    return shown / settings.published_db.name if shown else settings.published_db


PUBLISHED = """
    with inlasning as (
        select
            fil, sha256, utfall, inlasning_id,
            inlasning_id in (
                select inlasning_id from raw.leverans
                union all
                select inlasning_id from raw.rapporter
            ) as gav
        from raw.inlasning
    ),
    i_tur as (
        select
            *,
            max(inlasning_id) filter (gav) over (partition by sha256 order by inlasning_id) as gavs
        from inlasning
    )
    select
        fil, sha256,
        coalesce(
            max(inlasning_id) filter (gav),
            max(gavs) filter (utfall = 'dubblett'),
            min(inlasning_id)
        )
    from i_tur
    where (select max(inlasning_id) from raw.inlasning) > ?
    group by fil, sha256
"""
