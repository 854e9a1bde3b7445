"""The ports `Vault`, `AlertQueue` and `Sms`, each on its fake and on the real adapter."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from local.emulator_process import Emulator
from local.machine import REGION
from safelight.adapters.sms.inbox import InboxSms
from safelight.adapters.sqs_queue import SqsAlertQueue, sqs_client
from safelight.adapters.vault import AwsVault, VaultError, kms_client, secrets_client
from safelight.domain.alert import AlertId
from safelight.domain.contact import SealedPhone
from safelight.domain.errors import GaveUpError, RejectedError, RetryableError
from safelight.domain.request import PolicyholderId
from safelight.ports import AlertQueue, Fate, Sms, SmsMessage, Vault
from tests.adapters import wire
from tests.builders import NOW, POLICYHOLDER, a_contact
from tests.contract.conftest import TIMEOUT_S, credentials
from tests.fakes import FakeQueue, FakeSms, FakeVault

PHONE = "0912-345-678"
BOTH = ["fake", pytest.param("aws", marks=pytest.mark.emulator)]


@pytest.fixture
def real_vaults(emulator: Emulator) -> Iterator[Callable[..., AwsVault]]:
    with ExitStack() as stack:

        def make(secret: str | None = None, key_id: str | None = None) -> AwsVault:
            name = f"hash-key-{uuid4().hex}"
            secrets = secrets_client(REGION, emulator.endpoint, credentials, TIMEOUT_S)
            kms = kms_client(REGION, emulator.endpoint, credentials, TIMEOUT_S)
            stack.callback(secrets.close)
            stack.callback(kms.close)
            secrets.call(
                "CreateSecret",
                {"Name": name, "SecretString": secret or uuid4().hex * 2, "ClientRequestToken": str(uuid4())},
            )
            key = key_id or kms.call("CreateKey", {})["KeyMetadata"]["KeyId"]
            return AwsVault(secrets, kms, hash_secret_id=name, kms_key_id=key)

        yield make


@pytest.fixture(params=BOTH)
def vault(request: pytest.FixtureRequest) -> Vault:
    if request.param == "fake":
        return FakeVault()
    made: Vault = request.getfixturevalue("real_vaults")()
    return made


def test_a_sealed_phone_is_read_back_in_e164(vault: Vault) -> None:
    assert vault.unseal(vault.seal(PHONE, POLICYHOLDER), POLICYHOLDER) == "+886912345678"


def test_a_sealed_phone_shows_nothing(vault: Vault) -> None:
    assert "912345678" not in vault.seal(PHONE, POLICYHOLDER)


def test_a_phone_sealed_for_one_policyholder_cannot_be_read_for_another(vault: Vault) -> None:
    sealed = vault.seal(PHONE, POLICYHOLDER)
    with pytest.raises(GaveUpError) as raised:
        vault.unseal(sealed, PolicyholderId("another"))
    assert "912345678" not in str(raised.value)


@pytest.mark.parametrize("garbage", ["", "x", "AAAA", "+886912345678"])
def test_what_was_never_sealed_cannot_be_read(vault: Vault, garbage: str) -> None:
    with pytest.raises(GaveUpError):
        vault.unseal(SealedPhone(garbage), POLICYHOLDER)


def test_hashes_are_stable_and_do_not_show_their_value(vault: Vault) -> None:
    assert vault.phone_key(PHONE) == vault.phone_key("+886 912 345 678")
    assert vault.account_key("004", "0012-3456") == vault.account_key("004", "00123456")
    assert "912345678" not in vault.phone_key(PHONE)


def test_one_value_under_two_purposes_has_two_hashes(vault: Vault) -> None:
    assert vault.digest("+886912345678") != vault.phone_key(PHONE)
    assert vault.digest("004-00123456") != vault.account_key("004", "00123456")


def test_different_values_have_different_hashes(vault: Vault) -> None:
    assert len({vault.account_key("004", "123456"), vault.account_key("005", "123456")}) == 2
    assert len({vault.digest(body) for body in ("", "a", "b", "安")}) == 4


def test_what_is_no_number_is_rejected(vault: Vault) -> None:
    with pytest.raises(RejectedError):
        vault.phone_key("hello")
    with pytest.raises(RejectedError):
        vault.seal("hello", POLICYHOLDER)
    with pytest.raises(RejectedError):
        vault.account_key("004", "hello")


def test_a_confirmation_code_is_six_digits_that_follow_from_contact_and_change(vault: Vault) -> None:
    contact = a_contact()
    code = vault.confirmation_code(contact)
    assert code == vault.confirmation_code(a_contact(code_attempts=3, version=4))
    assert len(code) == 6
    assert code.isascii()
    assert code.isdecimal()
    others = [vault.confirmation_code(a_contact(changed_at=NOW + timedelta(microseconds=n))) for n in range(20)]
    assert len({code, *others}) > 15


@pytest.mark.emulator
def test_hashes_depend_on_the_secret(real_vaults: Callable[..., AwsVault]) -> None:
    assert real_vaults().phone_key(PHONE) != real_vaults().phone_key(PHONE)
    assert real_vaults(secret="s" * 32).phone_key(PHONE) == real_vaults(secret="s" * 32).phone_key(PHONE)


@pytest.mark.emulator
def test_a_short_secret_is_refused(real_vaults: Callable[..., AwsVault]) -> None:
    with pytest.raises(VaultError):
        real_vaults(secret="short").digest("x")


@pytest.mark.emulator
def test_the_secret_is_read_once(emulator: Emulator) -> None:
    with wire.serve(wire.answer(b'{"SecretString": "%s"}' % (b"s" * 32))) as served:
        secrets = secrets_client(REGION, served.url, credentials, TIMEOUT_S)
        vault = AwsVault(secrets, secrets, hash_secret_id="s", kms_key_id="k")
        for n in range(5):
            vault.digest(str(n))
        secrets.close()
    assert len(served.requests) == 1


class Queue:
    """A queue with its other end."""

    def __init__(self, port: AlertQueue, take: Callable[[], list[str]]) -> None:
        self.port = port
        self.take = take


@pytest.fixture(params=BOTH)
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    if request.param == "fake":
        fake = FakeQueue()
        yield Queue(fake, lambda: list(fake.take()))
        return
    emulator: Emulator = request.getfixturevalue("emulator")
    client = sqs_client(REGION, emulator.endpoint, credentials, TIMEOUT_S)
    url = client.call("CreateQueue", {"QueueName": f"alerts-{uuid4().hex}"})["QueueUrl"]

    def take() -> list[str]:
        taken: list[str] = []
        while True:
            request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 60}
            messages: list[dict[str, Any]] = client.call("ReceiveMessage", request).get("Messages") or []
            if not messages:
                return taken
            taken += [json.loads(message["Body"])["alert_id"] for message in messages]

    yield Queue(SqsAlertQueue(client, url), take)
    client.close()


@pytest.mark.parametrize("count", [0, 1, 10, 11, 25])
def test_every_alert_put_is_taken(queue: Queue, count: int) -> None:
    ids = [AlertId(f"case{n}/contact") for n in range(count)]
    queue.port.put(ids)
    assert sorted(queue.take()) == sorted(ids)


def test_putting_an_alert_again_is_harmless(queue: Queue) -> None:
    queue.port.put([AlertId("case/contact")])
    queue.port.put([AlertId("case/contact")])
    assert set(queue.take()) == {"case/contact"}


def test_when_one_is_not_taken_those_before_it_were_and_the_call_may_be_made_again() -> None:
    with wire.serve(wire.answer(), wire.answer(b"{}", 503)) as served:
        client = sqs_client(REGION, served.url, credentials, TIMEOUT_S)
        with pytest.raises(RetryableError):
            SqsAlertQueue(client, "http://q").put([AlertId("a/1"), AlertId("a/2")])
        client.close()
    assert b"a/1" in served.requests[0]
    assert b"a/2" in served.requests[-1]


@pytest.mark.emulator
def test_a_queue_that_does_not_exist_gives_up(emulator: Emulator) -> None:
    client = sqs_client(REGION, emulator.endpoint, credentials, TIMEOUT_S)
    with pytest.raises(GaveUpError):
        SqsAlertQueue(client, f"{emulator.endpoint}/000000000000/nothing").put([AlertId("a/1")])
    client.close()


@pytest.fixture(params=["fake", "inbox"])
def sms(request: pytest.FixtureRequest) -> Iterator[tuple[Sms, Callable[[Fate], None]]]:
    """An SMS port and the way to choose its next fate."""
    if request.param == "fake":
        fake = FakeSms()
        yield fake, fake.answer_next
        return
    behaviours = {
        Fate.ACCEPTED: wire.answer(b'{"message_id": "m-1"}'),
        Fate.REFUSED: wire.answer(b"", 400),
        Fate.UNKNOWN: wire.hang_up,
    }
    with wire.serve(wire.answer()) as served:

        def choose(fate: Fate) -> None:
            served.behaviours = [behaviours[fate]]

        yield InboxSms(served.url), choose


@pytest.mark.parametrize("fate", list(Fate))
def test_a_fate_comes_back_and_nothing_is_raised(sms: tuple[Sms, Callable[[Fate], None]], fate: Fate) -> None:
    port, choose = sms
    choose(fate)
    receipt = port.send(SmsMessage(to="+886912345678", text="t", attempt_id="a", valid_for_s=60))
    assert receipt.fate is fate
    assert (receipt.cause is None) is (fate is Fate.ACCEPTED)
