"""Every SMS provider as it is deployed, but for where it sends to, and what each takes for a yes and for a no."""

from collections.abc import Callable
from typing import Any

from safelight.adapters.post_signing import PostSigner
from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.end_user_messaging import EndUserMessagingSettings, EndUserMessagingSms
from safelight.adapters.sms.gateway import GatewaySettings, GatewaySms, parse_codes
from safelight.adapters.sms.inbox import InboxSms
from safelight.adapters.sms.sns import SnsSettings, SnsSms
from safelight.ports import SmsMessage
from tests.adapters.wire import Behave, answer

NUMBER = "+886912345678"
TEXT = "【某某人壽】測試簡訊。"
MESSAGE = SmsMessage(to=NUMBER, text=TEXT, attempt_id="attempt-1", valid_for_s=600)
KEY = "k" * 40
CODES = "0=accepted,101=refused,205=recipient,http_400=refused,http_403=refused,http_429=refused"
Provider = Callable[[str], SmsProvider]


class Secrets:
    """Secrets Manager, with one secret. `fails` is raised instead, where there is one."""

    def __init__(self, held: str = KEY, fails: Exception | None = None) -> None:
        self.held, self.fails, self.reads = held, fails, 0

    def call(self, operation: str, payload: dict[str, Any], **_: object) -> dict[str, Any]:
        self.reads += 1
        if self.fails is not None:
            raise self.fails
        return {"SecretString": self.held}


def signer(secrets: Secrets | None = None) -> PostSigner:
    return PostSigner(secrets or Secrets(), "gateway")  # type: ignore[arg-type]


def end_user_messaging(url: str) -> SmsProvider:
    return EndUserMessagingSms(
        EndUserMessagingSettings(
            region="us-east-1",
            origination_identity="SAFELIGHT",
            configuration_set="alerts",
            max_price_usd="0.10",
            protect_configuration="protect-1",
            endpoint=url,
        )
    )


def sns(url: str) -> SmsProvider:
    return SnsSms(SnsSettings(region="us-east-1", sender_id="SAFELIGHT", max_price_usd="0.10", endpoint=url))


def inbox(url: str) -> SmsProvider:
    return InboxSms(f"{url}/messages", timeout_s=1)


def gateway(url: str) -> SmsProvider:
    settings = GatewaySettings(
        url=f"{url}/v1/sms?team=7", sender="SAFELIGHT", codes=parse_codes(CODES), read_timeout_s=1
    )
    return GatewaySms(settings, signer())


PROVIDERS: list[Provider] = [end_user_messaging, sns, gateway, inbox]
GOOD: dict[Provider, Behave] = {
    end_user_messaging: answer(b'{"MessageId": "m-1"}'),
    sns: answer(
        b"<PublishResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'>"
        b"<PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"
    ),
    gateway: answer(b'{"code": 0, "message_id": "m-1"}'),
    inbox: answer(b'{"message_id": "m-1"}', 202),
}
NO: dict[Provider, bytes] = {
    end_user_messaging: b'{"__type": "ThrottlingException", "Message": "%s"}' % NUMBER.encode(),
    sns: b"<ErrorResponse><Error><Code>ThrottlingException</Code><Message>%s</Message></Error></ErrorResponse>"
    % NUMBER.encode(),
    gateway: b'{"message": "%s"}' % NUMBER.encode(),
    inbox: b"%s" % NUMBER.encode(),
}
