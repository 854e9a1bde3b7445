"""Contacts → JSON. Nobody is shown a number; staff see why one may not be told, the policyholder never does."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from safelight.domain.contact import Contact, ContactState, Relation, Telling
from safelight.usecases.staff_contacts import Regarded

Json = dict[str, object]


def contact(one: Contact, now: datetime) -> Json:
    """To the policyholder. `counts_from` and what follows are null until the contact has confirmed."""
    confirmed = one.confirmed_at is not None
    return {
        "contact_id": one.contact_id,
        "relation": one.relation,
        "locale": one.locale,
        "phone_last3": one.phone_last3,
        "state": one.state,
        "expired": one.expired(now),
        "renewing": one.renewing and not one.expired(now),
        "counts_from": _time(one.settled_at) if confirmed else None,
        "valid_until": _time(one.expires_at),
        "renew_from": _time(one.renew_from),
        "place": one.place,
        "quiet_hours": None if one.quiet is None else str(one.quiet),
    }


def contacts(many: Iterable[Contact], telling: Telling, relations: Sequence[Relation], now: datetime) -> Json:
    return {
        "contacts": [contact(one, now) for one in many],
        "telling": telling,
        "relations": list(relations),
    }


def of_other(one: Contact) -> Json:
    """To the contact himself: nothing of whose contact he is but how he is related."""
    return {"contact_id": one.contact_id, "relation": one.relation, "state": one.state}


def of_others(many: Iterable[Contact]) -> Json:
    return {"contact_of": [of_other(one) for one in many]}


def regarded(many: Iterable[Regarded]) -> Json:
    """To staff."""
    return {"contacts": [_regarded(one) for one in many]}


def _regarded(one: Regarded) -> Json:
    contact = one.contact
    return {
        "contact_id": contact.contact_id,
        "relation": contact.relation,
        "locale": contact.locale,
        "phone_last3": contact.phone_last3,
        "state": contact.state,
        "standing": one.standing,
        "suspicions": sorted(one.suspicions),
        "excluded": contact.excluded,
        "counts_from": _time(contact.settled_at) if contact.state is ContactState.CONFIRMED else None,
        "valid_until": _time(contact.expires_at),
        "number_changed_on": contact.number_changed_on.isoformat() if contact.number_changed_on else None,
        "accounts_known": len(contact.accounts),
        "person_known": contact.person is not None,
        "history": [
            {"kind": line.kind, "at": _time(line.at), "by": line.by, "who": line.who, "reason": line.reason}
            for line in contact.history
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
