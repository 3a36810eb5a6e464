"""Telling someone that a refresh failed: by mail, webhook or chat, through Apprise.

Belongs here: sending one message to `FINSAM_ALERT_URL`. Off when that is unset: then Apprise is
not even imported and nothing leaves the machine. Does not belong here: when to send (`refresh`
and the sensor do).
"""

from collections.abc import Sequence

from dagster_pipelines.log import logger
from dagster_pipelines.outcome import Break
from dagster_pipelines.settings import Settings


def alert(settings: Settings, what: str, breaks: Sequence[Break] = ()) -> bool:
    """Send `what` with the breaks; returns whether it was delivered.

    Never raises: a failed message must not hide the failure that it is about. The address holds
    secrets and is never logged.
    """
    if settings.alert_url is None:
        return False
    from apprise import Apprise, NotifyType  # noqa: PLC0415

    body = "\n".join([f"{what} ({settings.home})", *(f"- {b.check}: {b.message}" for b in breaks)])
    try:
        sender = Apprise()
        added = sender.add(settings.alert_url.get_secret_value())
        sent = bool(added) and bool(
            sender.notify(title="finsam", body=body, notify_type=NotifyType.FAILURE)
        )
    except Exception:
        logger.exception("alert failed")
        return False
    if sent:
        logger.info("alert sent")
    else:
        logger.error("alert not delivered: FINSAM_ALERT_URL was refused or did not answer")
    return sent
