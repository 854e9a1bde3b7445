"""What the policyholder himself is told, on his number of record: never by the screen alone that he asked on."""

from datetime import datetime

from safelight.domain.alert import Alert, AlertPurpose
from safelight.domain.case import Case
from safelight.domain.light import Light
from safelight.domain.request import RequestKind
from safelight.ports import Dossier


def notice(case: Case, dossier: Dossier | None, now: datetime) -> tuple[Alert, ...]:
    """At most one message about a case that is opened, or has just turned RED.

    Each surrender is acknowledged, whatever its light, in words that tell a scammer nothing and that name 165: for a
    RED one they are enough. What else a RED case says is not for somebody who reads along. Without a number on file
    there is nothing to send to.
    """
    if dossier is None or dossier.number is None:
        return ()
    if case.request.kind is RequestKind.SURRENDER:
        if case.version > 1:
            return ()
        purpose = AlertPurpose.HOLDER_ACCEPTED
    elif case.floor is Light.RED and not case.discreet:
        purpose = AlertPurpose.HOLDER_RED
    else:
        return ()
    return (Alert.for_holder(case.case_id, purpose, case.request.policyholder_id, now),)
