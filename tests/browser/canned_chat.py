"""The chat of the canned insurer: the conversation engine itself, over an insurer in memory."""

from __future__ import annotations

from functools import partial

from safelight.channels import web_chat
from safelight.channels.http.bodies_in import ChatTurnIn
from safelight.domain import hearing
from safelight.domain.request import Locale
from safelight.usecases.converse import converse
from tests.browser.canned_case import Json
from tests.builders import POLICYHOLDER
from tests.usecases.talking import READ_AS_A_SCAM, READ_AS_ORDINARY, Talking
from tests.usecases.world import World

READING_S = 20.0


class CannedChat:
    """Every customer is the same policyholder to it: what differs is what he writes."""

    def __init__(self) -> None:
        self.world = World()
        self._talking = Talking(self.world)
        self._converse = partial(converse, needs=self._talking.needs)

    def turn(self, body: ChatTurnIn) -> Json:
        worried = hearing.hear(body.text, Locale.nearest(body.locale)).worried
        self._talking.reader.figures = READ_AS_A_SCAM if worried else READ_AS_ORDINARY
        self.world.clock.move(seconds=READING_S)
        return web_chat.said(self._converse(web_chat.turn(body), body.chat_id, POLICYHOLDER))
