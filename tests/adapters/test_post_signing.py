"""Who may post: only who holds the key, and only about now."""

import pytest

from safelight.adapters.post_signing import KEY_KEPT_S, SIGNATURE, TIMESTAMP, WINDOW_S, PostSigner, sign, signed
from safelight.domain.errors import GaveUpError, RetryableError
from tests.adapters.sms_providers import Secrets

KEY, BODY, NOW = b"k" * 40, b'{"a": 1}', 1_770_000_000


def test_what_was_signed_is_known_again_and_the_form_is_as_documented() -> None:
    headers = sign(KEY, BODY, NOW)
    assert headers == {
        TIMESTAMP: "1770000000",
        # echo -n '1770000000.{"a": 1}' | openssl dgst -sha256 -hmac <40 k>
        SIGNATURE: "v1=9b04f8436c8553fcfbc6deed2b05f6f703e9086e742dc6a91064f13cea39381b",
    }
    assert signed(KEY, BODY, headers, NOW)


@pytest.mark.parametrize("off", [-WINDOW_S, WINDOW_S])
def test_a_clock_may_be_off_by_the_window_and_no_more(off: int) -> None:
    headers = sign(KEY, BODY, NOW)
    assert signed(KEY, BODY, headers, NOW + off)
    assert not signed(KEY, BODY, headers, NOW + off + (1 if off > 0 else -1))


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (BODY + b" ", {}),
        (BODY, {TIMESTAMP: str(NOW + 1)}),
        (BODY, {TIMESTAMP: ""}),
        (BODY, {TIMESTAMP: "-1"}),
        (BODY, {TIMESTAMP: "٣"}),
        (BODY, {TIMESTAMP: "9" * 5000}),
        (BODY, {SIGNATURE: ""}),
        (BODY, {SIGNATURE: "v1="}),
        (BODY, {SIGNATURE: "v1=é"}),
        (BODY, {SIGNATURE: "v0=" + sign(KEY, BODY, NOW)[SIGNATURE][3:]}),
        (BODY, {SIGNATURE: sign(b"j" * 40, BODY, NOW)[SIGNATURE]}),
    ],
)
def test_anything_else_is_not_signed(body: bytes, changed: dict[str, str]) -> None:
    assert not signed(KEY, body, {**sign(KEY, BODY, NOW), **changed}, NOW)
    assert not signed(KEY, body, {}, NOW)


def test_the_key_is_read_once_and_again_after_a_while() -> None:
    secrets, now = Secrets(), [0.0]
    signer = PostSigner(secrets, "id", wall_clock=lambda: NOW, monotonic=lambda: now[0])  # type: ignore[arg-type]
    assert signer.signed(BODY, signer.sign(BODY))
    assert secrets.reads == 1
    now[0], secrets.held = KEY_KEPT_S + 1, "j" * 40
    assert signer.sign(BODY) == sign(b"j" * 40, BODY, NOW)


@pytest.mark.parametrize("held", ["", " ", "short", "k" * 31])
def test_a_key_that_is_none_signs_nothing(held: str) -> None:
    with pytest.raises(GaveUpError):
        PostSigner(Secrets(held), "id").sign(BODY)  # type: ignore[arg-type]


def test_a_secret_that_cannot_be_read_is_no_no() -> None:
    with pytest.raises(RetryableError):
        PostSigner(Secrets(fails=RetryableError("down")), "id").signed(BODY, {})  # type: ignore[arg-type]
