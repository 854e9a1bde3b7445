"""The contact flows of phone/, walked against the function's real answers: every branch, and whatever breaks."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from local.phone import FLOWS as PHONE
from local.phone import OTHER, Call, FlowError, branches, flow
from safelight.channels import connect
from tests.architecture.template import template
from tests.channels.deployed import Deployed, with_the_shipped_model
from tests.channels.telephone import (
    CONTACT,
    FLOWS,
    a_call,
    designate,
    key_of,
    red_request,
    said,
)

BUSY = "忙線中"
NO_ANSWERS: list[Any] = [0, "a", None, [], {}, {"say": 1}, {"say": {"a": "b"}}, {"then": "key", "say": "x" * 33_000}]
BREAKABLE = sorted({a["Identifier"] for one in FLOWS.values() for a in one["Actions"] if OTHER in branches(a)})
QUEUE_SETTERS = {"his queue", "service queue", "transfer"}
NEVER = {
    ("inbound", "what then", "NextAction"),  # a comparison goes by its conditions
    ("speech", "may he speak", "NextAction"),
    ("speech", "listen", "InputTimeLimitExceeded"),  # the same as any other error of the bot
    ("speech", "listen", "NoMatchingCondition"),
}


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """With the shipped model."""
    return with_the_shipped_model()


def everything() -> set[tuple[str, str, str]]:
    return {
        (name, action["Identifier"], branch)
        for name, one in FLOWS.items()
        for action in one["Actions"]
        for branch in branches(action)
    }


def asked_once(insurer: Deployed) -> Any:
    """The function, asked each thing once: the same turn of a call gets the same answer, which test_connect holds."""
    kept: dict[str, Any] = {}

    def invoke(event: Any) -> Any:
        parts = [event["Details"]["Parameters"], event["Details"]["ContactData"]["CustomerEndpoint"]]
        name = json.dumps([*parts, "policyholder_id" in event["Details"]["ContactData"]["Attributes"]])
        if name not in kept:
            kept[name] = insurer.function("converse_connect").handler(event, None)
        return kept[name]

    return invoke


def played(call: Call, flow: str = "inbound") -> Call:
    """A whole call: a loan, then he wants a person."""
    call.ring(flow)
    keys = iter(["1", "1", "100000"])
    while call.ended is None:
        call.press(next(keys, "0"))
    return call


def calls(insurer: Deployed) -> Iterator[Call]:
    """Everybody who may ring, and each thing that may break, alone and with one of the three that all hangs on."""
    call = a_call(insurer).ring()
    for _ in range(2):
        call.press("")
    yield call
    yield a_call(insurer, who=None).ring()
    designate(insurer)
    red_request(insurer)
    for broken in ((), ("bye",)):
        call = a_call(insurer, who=None, phone=CONTACT, broken=frozenset(broken)).ring()
        yield call.press(key_of(call, "還沒聯絡上他"))
    yield a_call(insurer, who=None).ring("speech")
    yield a_call(insurer, invoke=lambda _: {"then": "elsewhere", "say": "x"}).ring()
    same = {"invoke": asked_once(insurer), "contact_id": "call-1"}
    for name in ("inbound", "speech"):
        yield played(a_call(insurer, listens=lambda _: None, **same), name)
        for broken in ((), ("ring",), ("full",), ("full", "ring")):
            yield played(a_call(insurer, full=True, broken=frozenset(broken), **same), name)
        for one in BREAKABLE:
            for other in (one, "ring", "his queue"):
                yield played(a_call(insurer, broken=frozenset({one, other}), **same), name)


def test_every_branch_of_the_flows_is_walked(insurer: Deployed) -> None:
    walked = set().union(*(call.walked for call in calls(insurer)))
    assert everything() - walked - NEVER == set()


def test_whatever_breaks_the_caller_gets_a_person_or_is_told_to_ring_again(insurer: Deployed) -> None:
    ends, same = [], {"invoke": asked_once(insurer), "contact_id": "call-1"}
    for one, other in combinations(["", *BREAKABLE], 2):
        for name in ("inbound", "speech"):
            call = played(a_call(insurer, broken=frozenset({one, other}) - {""}, **same), name)
            assert call.ended is not None
            ends.append(call.ended["how"])
            if call.ended["how"] != "transferred":
                assert {one, other} & QUEUE_SETTERS, (one, other)
                assert BUSY in said(call) or "full" in (one, other)
    assert ends.count("transferred") > len(ends) / 2


@pytest.mark.parametrize("answer", NO_ANSWERS, ids=lambda answer: json.dumps(answer)[:20])
def test_an_answer_that_connect_cannot_read_takes_the_safe_branch(insurer: Deployed, answer: Any) -> None:
    call = a_call(insurer, invoke=lambda _: answer).ring()
    assert call.ended is not None
    assert (call.ended["how"], call.ended["queue"]) == ("transferred", "service")
    assert "沒有評估過" in call.ended["whisper"]
    assert "專員" in said(call)


@pytest.mark.parametrize("name", ["inbound", "speech"])
def test_staff_hear_that_nothing_was_assessed_whichever_flow_he_came_by(insurer: Deployed, name: str) -> None:
    call = a_call(insurer, broken=frozenset({"ring", "keypad"})).ring(name)
    assert call.ended is not None
    assert "沒有評估過" in call.ended["whisper"]


def test_a_caller_who_gets_a_person_is_not_listened_to_by_a_bot(insurer: Deployed) -> None:
    spoken: list[Any] = []
    call = a_call(insurer, attributes={"locale": "th"}, listens=spoken.append).ring("speech")
    assert call.ended is not None
    assert spoken == []


def test_the_bot_listens_in_the_callers_language(insurer: Deployed) -> None:
    for locale, language in (("zh-TW", "zh-CN"), ("en", "en-US")):
        heard: list[Any] = []
        call = a_call(insurer, attributes={"locale": locale}, listens=heard.append).ring("speech")
        assert (call.answers[0]["language"], len(heard)) == (language, 1)


def test_a_function_that_fails_in_the_middle_takes_the_safe_branch(insurer: Deployed) -> None:
    call = a_call(insurer).ring()

    def fails(_: Any) -> Any:
        raise TimeoutError

    call.invoke = fails
    call.press("1")
    assert call.ended is not None
    assert (call.ended["queue"], "沒有評估過" in call.ended["whisper"]) == ("service", True)


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_is_whole(name: str) -> None:
    """Every place that is named exists and is reached, and whatever can fail has a branch for it."""
    actions = {action["Identifier"]: action for action in FLOWS[name]["Actions"]}
    assert len(actions) == len(FLOWS[name]["Actions"])
    assert FLOWS[name]["Version"] == "2019-10-30"
    named = {to for action in actions.values() for to in branches(action).values()} | {FLOWS[name]["StartAction"]}
    assert named == set(actions)
    cannot_fail = {"UpdateFlowLoggingBehavior", "DisconnectParticipant", "EndFlowExecution", "Compare"}
    for identifier, action in actions.items():
        assert action["Type"] in cannot_fail or OTHER in branches(action), identifier
        assert len(identifier) <= 50
        assert not set(identifier) & set("%:(\\/)=$,;[]{}"), identifier


def test_no_answer_is_waited_for_longer_than_two_seconds() -> None:
    limits = [
        action["Parameters"]["InvocationTimeLimitSeconds"]
        for one in FLOWS.values()
        for action in one["Actions"]
        if action["Type"] == "InvokeLambdaFunction"
    ]
    assert limits == ["2"] * 3


def test_the_wait_for_a_key_is_the_silence_that_is_counted() -> None:
    waits = {
        action["Parameters"]["InputTimeLimitSeconds"]
        for one in FLOWS.values()
        for action in one["Actions"]
        if action["Type"] == "GetParticipantInput"
    }
    assert waits == {str(connect.WAITS_S)}


def test_what_the_flows_read_is_what_the_function_says(insurer: Deployed) -> None:
    read = set(re.findall(r"\$\.External\.(\w+)", json.dumps(FLOWS)))
    assert read <= set(a_call(insurer).ring().answers[0])


def test_the_flow_of_the_template_is_this_file_under_its_condition() -> None:
    resources = template()["Resources"]
    for resource, name, condition in (
        ("InboundFlow", "inbound", "UseConnect"),
        ("WhisperFlow", "whisper", "UseConnect"),
        ("SpeechFlow", "speech", "UseSpeech"),
    ):
        one = resources[resource]
        assert one["Condition"] == condition
        include = one["Properties"]["Content"]["Fn::Transform"]
        assert include == {"Name": "AWS::Include", "Parameters": {"Location": f"phone/{name}.yaml"}}
    with pytest.raises(KeyError):
        flow("inbound", {})
    used = set(re.findall(r"\$\{(\w+)", "".join(path.read_text() for path in PHONE.glob("*.yaml"))))
    assert used <= set(resources) | set(template()["Parameters"])


def test_the_telephone_refuses_what_connect_does_not_know(insurer: Deployed) -> None:
    wrong = {"Identifier": "a", "Type": "Sing", "Parameters": {}, "Transitions": {}}
    call = Call(flows={"inbound": {"StartAction": "a", "Actions": [wrong]}}, invoke=dict, phone="")
    with pytest.raises(FlowError):
        call.ring()
    with pytest.raises(FlowError):
        a_call(insurer).press("1")
