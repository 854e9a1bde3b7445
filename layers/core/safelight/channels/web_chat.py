"""The chat pane of the insurer's own pages and apps: the same engine, as JSON."""

from safelight.channels import chat
from safelight.channels.http.bodies_in import ChatTurnIn
from safelight.domain.conversation import Line, Reply, Turn, TurnId
from safelight.domain.request import Channel, Locale, SessionId


def turn(body: ChatTurnIn) -> Turn:
    """With both words and a button, the button counts."""
    return Turn(
        turn_id=TurnId(f"web.{body.turn_id}"),
        channel=Channel.CHAT,
        text="" if body.pressed else body.text,
        pressed=body.pressed,
        locale=Locale.nearest(body.locale),
        session_id=SessionId(body.session_id) if body.session_id else None,
    )


def said(reply: Reply) -> dict[str, object]:
    told = chat.put(reply)
    return {
        "messages": list(told.texts),
        "choices": [{"text": choice.text, "pressed": choice.value} for choice in told.choices],
        "next_step": told.step,
        "request_id": reply.case.request.request_id if reply.case else None,
        "over": told.over,
        "discreet": reply.case is not None and reply.case.discreet,
    }


def trouble(body: ChatTurnIn) -> dict[str, object]:
    return said(Reply(locale=Locale.nearest(body.locale), lines=(Line.TROUBLE,)))
