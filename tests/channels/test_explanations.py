"""Two explanations of one decision: staff's words for a value, and the customer's sentence, which knows of none."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.properties.profiles  # noqa: F401 - loading it sets the profile
from safelight.adapters.manifest_usual import ManifestUsual
from safelight.channels.explanations import WORDS, quantity, usual_words, value_words, words
from safelight.channels.http import views
from safelight.channels.words import because
from safelight.domain.assessment import Modality, NextStep, Reason, ScamType, Source
from safelight.domain.caring import Answer, questions
from safelight.domain.case import CaseState
from safelight.domain.light import Light
from safelight.domain.request import Locale, RequestKind
from safelight.features.contract import FEATURES, Feature
from safelight.ports import CaseFile
from safelight.scoring.explain import Explained
from safelight.scoring.policy import pack_vector
from safelight.scoring.rules import RULES
from safelight.scoring.usual import Usual, UsualRange, UsualShare
from tests.builders import NOW, a_case, a_decision, a_request, an_assessment
from tests.channels.test_functions import TELLING
from tests.fakes import FakeTelemetry
from tests.scoring.vectors import a_vector

BY_NAME = {feature.name: feature for feature in FEATURES}
HAN = re.compile(r"[\u4e00-\u9fff]")
NAN, INFINITE = float("nan"), float("inf")
EXTREMES = (
    NAN,
    -INFINITE,
    -1e9,
    -1.0,
    0.0,
    1e-30,
    0.004,
    0.5,
    0.9999,
    1.0,
    1.5,
    2.0,
    30.0,
    365.0,
    3650.0,
    1e9,
    INFINITE,
)


def said(feature: Feature, value: float, usual: Usual | None = None) -> Explained:
    return Explained(reason=Reason(code=feature.group), known=True, feature=feature, value=value, usual=usual)


# Staff


@pytest.mark.parametrize("locale", list(Locale))
def test_every_feature_has_words_in_every_language(locale: Locale) -> None:
    entries = words(locale)["features"]
    assert list(entries) == list(BY_NAME), "the words stand in the order of the contract, and for nothing else"
    for name, entry in entries.items():
        wanted = {"yes", "no"} if BY_NAME[name].unit == "0/1" else {"text"}
        assert wanted <= set(entry) <= wanted | ({"unit", "zero", "most"} if "text" in wanted else set()), name
        if "text" in entry:
            assert entry["text"].count("{}") == 1, name


def test_every_language_has_the_same_words() -> None:
    for part in ("units", "usual"):
        chinese_only = {"hundred_millions", "ten_thousands"}
        assert set(words(Locale.ZH_TW)[part]) - chinese_only == set(words(Locale.EN)[part])
    assert {file.stem for file in WORDS.glob("*.json")} == {locale.staff for locale in Locale}


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_value_makes_a_sentence(feature: Feature, locale: Locale) -> None:
    ranges = [UsualRange(lowest=a, low=a, middle=b, high=c, highest=c) for a, b, c in [(0, 0, 0), (0, 1, 1), (1, 2, 9)]]
    for value in EXTREMES:
        for usual in (None, UsualShare(so=0.0), UsualShare(so=0.004), UsualShare(so=1.0), *ranges):
            one = said(feature, value, usual)
            for text in (value_words(one, locale), usual_words(one, locale)):
                if text is None:
                    continue
                assert text
                assert not re.search(r"[{}]|\bnan\b|\binf\b|e\+|--|  ", text), text
                assert len(text) < 120
                assert not (locale.staff is Locale.EN and HAN.search(text))
    assert value_words(said(feature, NAN), locale) == words(locale)["unknown"]
    assert usual_words(said(feature, NAN, UsualShare(so=0.5)), locale) is None


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        (
            "share_drained_10d",
            0.85,
            "近 10 天連同本次動用保單價值 85%",
            "85 % of the policies' value drained in 10 days",
        ),
        ("share_drained_10d", 0.9971, "99%", "99 %"),
        ("share_drained_10d", 0.003, "不到 1%", "less than 1 %"),
        ("share_of_asked_policies", 2.0, "200% 以上", "200 % or more"),
        ("amount", 6.4149733, "約 260 萬元", "About NT$2,600,000"),
        ("amount", 3.0, "約 999 元", "NT$999"),
        ("amount", 8.1, "約 1.26 億元", "NT$126,000,000"),
        ("amount", 0.0, "約 0 元", "NT$0"),
        ("hour_local", 21.666667, "申請時間 21:40", "Asked at 21:40"),
        ("hour_local", 23.9999, "23:59", "23:59"),
        ("on_call", 1.0, "申請時正在通話", "On a call while asking"),
        ("on_call", 0.0, "申請時未在通話", "Not on a call while asking"),
        ("money_requests_10d", 2.0, "近 10 天另申請動用 2 次", "in the last 10 days: 2"),
        ("money_requests_10d", 0.0, "近 10 天沒有其他動用申請", "No other request for money in the last 10 days"),
        ("value_lookups_7d", 1.0, "查詢保單價值 1 次", "looked up in 7 days: 1 time"),
        ("days_since_money_request", 365.0, "近一年沒有其他動用申請", "No other request for money in the last year"),
        ("days_since_money_request", 0.4, "不到 1 天", "less than a day ago"),
        ("account_days_on_file", 1.0, "撥款帳戶登錄 1 天", "on file for 1 day"),
        ("account_days_on_file", 3650.0, "登錄 10 年以上", "for 10 years or more"),
        ("age", 68.5, "年齡 68 歲", "Aged 68"),
        ("tenure", 0.26, "成為保戶 0.3 年", "A policyholder for 0.3 years"),
        ("seconds_on_form", 610.0, "填寫表單 10 分鐘", "10 minutes on the form"),
        ("unknown_call_minutes_7d", 200.0, "通話 3.3 小時", "3.3 hours on calls"),
        ("new_chat_app_traffic_30d", 2500.0, "流量 2.5 GB", "2.5 GB through a chat app"),
        ("amount_to_income", 4.4, "年收入的 4.4 倍", "4.4 times the yearly income"),
    ],
)
def test_a_value_is_said_as_people_say_it(name: str, value: float, zh: str, en: str) -> None:
    one = said(BY_NAME[name], value)
    assert zh in str(value_words(one, Locale.ZH_TW))
    assert en in str(value_words(one, Locale.EN))


SHARES = UsualRange(lowest=0.0, low=0.01, middle=0.07, high=0.2, highest=0.4)


DAYS = UsualRange(lowest=1, low=30, middle=900, high=3650, highest=3650)
AGES = UsualRange(lowest=22, low=28, middle=50, high=72, highest=80)
NONE = UsualRange(lowest=0, low=0, middle=0, high=0, highest=1)
FEW = UsualRange(lowest=0, low=0, middle=0, high=1, highest=2)


@pytest.mark.parametrize(
    ("name", "value", "usual", "zh", "en"),
    [
        ("share_drained_10d", 0.85, SHARES, "一般多在 20% 以下", "usually 20 % or less"),
        ("share_drained_10d", 0.15, SHARES, "一般約 7%", "usually about 7 %"),
        ("account_days_on_file", 2.0, DAYS, "一般多在 30 天以上", "usually 30 days or more"),
        ("age", 85.0, AGES, "一般多在 28 歲到 72 歲之間", "usually between 28 and 72"),
        ("reported_numbers_30d", 3.0, NONE, "一般沒有", "usually none"),
        ("reported_numbers_30d", 1.0, FEW, "一般多半沒有", "mostly none"),
        ("on_call", 1.0, UsualShare(so=0.031), "一般申請約 3% 如此", "so in about 3 % of requests"),
        ("on_call", 1.0, UsualShare(so=0.0042), "一般申請約 0.4% 如此", "so in about 0.4 % of requests"),
        ("on_call", 1.0, UsualShare(so=0.0004), "一般申請不到千分之一如此", "so in fewer than 1 in 1,000 requests"),
        ("has_contact", 0.0, UsualShare(so=0.6), "一般申請約 40% 如此", "so in about 40 % of requests"),
        ("on_call", 1.0, None, None, None),
    ],
)  # fmt: skip
def test_what_is_usual_stands_beside_it(
    name: str, value: float, usual: Usual | None, zh: str | None, en: str | None
) -> None:
    one = said(BY_NAME[name], value, usual)
    assert (usual_words(one, Locale.ZH_TW), usual_words(one, Locale.EN)) == (zh, en)


def test_what_is_not_known_is_said_so_and_rules_have_no_value() -> None:
    unknown = Explained(reason=Reason(code="telecom_signs"), known=False)
    rule = Explained(reason=Reason(code="rule.steered"), known=True)
    assert (value_words(unknown, Locale.ZH_TW), usual_words(unknown, Locale.ZH_TW)) == ("資料不詳", None)
    assert (value_words(rule, Locale.EN), usual_words(rule, Locale.EN)) == (None, None)


@given(st.sampled_from([f for f in FEATURES if f.unit != "0/1"]), st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_larger_value_never_reads_shorter_than_a_smaller_one_of_its_unit(f: Feature, one: float, more: float) -> None:
    """Rounding keeps the order wherever the unit stays the same."""
    low, high = (quantity(f, value, Locale.EN) for value in sorted((one, more)))
    read = [re.fullmatch(r"(\D*)([\d,.]+)(\D*)", text) for text in (low, high)]
    if all(read) and read[0][3].rstrip("s") == read[1][3].rstrip("s"):  # type: ignore[index]
        assert float(read[0][2].replace(",", "")) <= float(read[1][2].replace(",", ""))  # type: ignore[index]


def a_file(sha256: str | None = "f" * 64) -> CaseFile:
    reasons = (
        Reason(code="rule.steered"),
        Reason(code="share_drained", weight=2.0),
        Reason(code="telecom_signs", weight=1.0),
    )
    case = a_case(Light.RED, assessment=an_assessment(Light.RED, reasons=reasons))
    vector = pack_vector(a_vector(share_drained_10d=0.85, on_call=1, screen_shared=1))
    decision = a_decision(case, vector=vector, model_sha256=sha256)
    return CaseFile(case=case, digest="d", decisions=(decision,), alerts=(), tasks=())


def usual_of(tmp_path: Path, document: object) -> ManifestUsual:
    (tmp_path / "manifest.json").write_text(json.dumps(document))
    return ManifestUsual(str(tmp_path), FakeTelemetry())


MANIFEST: dict[str, Any] = {
    "sha256": "f" * 64,
    "usual": {"share_drained_10d": {"quantiles": [0.0, 0.01, 0.07, 0.2, 0.4]}},
}


def test_staff_read_the_persons_value_and_what_is_usual(tmp_path: Path) -> None:
    seen: Any = views.staff_case(a_file(), Locale.ZH_TW, usual_of(tmp_path, MANIFEST).of)
    rule, drained, telecom = seen["reasons"]
    assert rule == {
        "code": "rule.steered",
        "text": "通話中並分享螢幕或遭遠端操控",
        "weight": 0.0,
        "value_words": None,
        "usual_words": None,
    }
    assert drained["text"] == "短期內動用保單價值比例偏高"
    assert drained["value_words"] == "近 10 天連同本次動用保單價值 85%"
    assert drained["usual_words"] == "一般多在 20% 以下"
    assert telecom["value_words"] == "資料不詳"


@pytest.mark.parametrize("sha256", ["e" * 64, None])
def test_anothers_model_lends_no_usual(tmp_path: Path, sha256: str | None) -> None:
    """What is usual belongs to the manifest that the decision was made by: the explanation follows from its record."""
    seen: Any = views.staff_case(a_file(sha256), Locale.EN, usual_of(tmp_path, MANIFEST).of)
    assert [reason["usual_words"] for reason in seen["reasons"]] == [None] * 3
    assert seen["reasons"][1]["value_words"].startswith("85 %")


@pytest.mark.parametrize("document", [{"sha256": "f" * 64}, {**MANIFEST, "usual": {"age": 1}}, [], None])
def test_staff_see_values_though_the_manifest_says_nothing_usable(tmp_path: Path, document: object) -> None:
    usual = usual_of(tmp_path, document)
    if document is None:
        (tmp_path / "manifest.json").unlink()
    seen: Any = views.staff_case(a_file(), Locale.EN, usual.of)
    assert seen["reasons"][1]["value_words"].startswith("85 %")
    assert seen["reasons"][1]["usual_words"] is None


def test_a_customers_decision_brings_no_words_for_staff() -> None:
    """Imports that a cold start would pay for."""
    late = ["safelight.channels.explanations", "safelight.scoring.explain", "safelight.scoring.usual"]
    code = f"import sys, safelight.channels.http.views; sys.exit(str([m for m in {late} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env={
        "PYTHONPATH": str(Path(views.__file__).parents[3])
    })  # fmt: skip
    assert done.stderr.strip() == "[]"


# The customer


REASON_CODES = [*(f"rule.{rule.code}" for rule in RULES), *(f.group for f in FEATURES), "answer.general.x"]
ASSESSMENTS = st.builds(
    an_assessment,
    st.sampled_from(Light),
    probability=st.none() | st.floats(0, 1),
    source=st.sampled_from(Source),
    reasons=st.lists(st.builds(Reason, code=st.sampled_from(REASON_CODES), weight=st.floats(-5, 5))).map(tuple),
    suspected=st.lists(st.sampled_from(ScamType), unique=True).map(tuple),
    experts=st.dictionaries(st.sampled_from(Modality), st.floats(0, 1)),
    model_version=st.none() | st.text(max_size=5),
    fallback_cause=st.none() | st.just("model_missing"),
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[Answer, ...]:
    asked = draw(st.lists(st.sampled_from(list(questions().values())), unique_by=lambda q: q.question_id, max_size=5))
    given_ = [(question, draw(st.sampled_from(list(question.choices)))) for question in asked]
    return tuple(
        Answer(question_id=q.question_id, choice_id=c, sign=q.choices[c].sign, answered_at=NOW) for q, c in given_
    )


@given(
    ASSESSMENTS,
    answers(),
    st.sampled_from(Light),
    st.sampled_from(list(CaseState)),
    st.sampled_from(RequestKind),
    st.sampled_from(Locale),
    st.integers(0, 10**9),
)
def test_the_customers_sentence_follows_from_step_kind_and_language_alone(
    assessment: Any, given_: Any, floor: Light, state: CaseState, kind: RequestKind, locale: Locale, amount: int
) -> None:
    case = a_case(request=a_request(kind=kind, locale=locale, amount_twd=amount), assessment=assessment)
    case = replace(case, answers=given_, floor=floor, state=state, questions=tuple(a.question_id for a in given_))
    shown = views.customer(case)
    assert shown["because"] == because(case.next_step, kind, locale)
    assert shown["because"] in SENTENCES[locale, case.next_step]


NEVERS = {
    Locale.ZH_TW: ("不會主動", "不會凍結", "不會要您繳"),
    Locale.EN: ("never contacts", "never freezes", "never asks"),
    Locale.VI: ("không tự liên hệ", "không phong tỏa", "không đòi tiền bảo đảm"),
    Locale.ID: ("tidak pernah menghubungi", "tidak pernah membekukan", "tidak pernah meminta uang jaminan"),
    Locale.TH: ("จะไม่ติดต่อ", "ไม่อายัด", "ไม่เรียกเงินประกัน"),
}
ON_THE_POLICY = {
    Locale.ZH_TW: "保單上的客服電話",
    Locale.EN: "the number on your policy",
    Locale.VI: "số điện thoại ghi trên hợp đồng bảo hiểm",
    Locale.ID: "nomor telepon yang tertulis di polis",
    Locale.TH: "เบอร์บริการลูกค้าบนกรมธรรม์",
}
SENTENCES = {
    (locale, step): {because(step, kind, locale) for kind in RequestKind} for locale in Locale for step in NextStep
}


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("kind", list(RequestKind))
@pytest.mark.parametrize("step", list(NextStep))
def test_the_customers_sentence_helps_and_tells_nothing(step: NextStep, kind: RequestKind, locale: Locale) -> None:
    text = because(step, kind, locale)
    assert "165" in text
    assert ON_THE_POLICY[locale] in text
    if step is not NextStep.PROCEED:
        nevers = NEVERS[locale]
        assert all(never in text for never in nevers)
    assert not TELLING.search(text)
    assert not re.search(r"[{}]", text)
    assert bool(HAN.search(text)) is (locale is Locale.ZH_TW)


@pytest.mark.parametrize("locale", list(Locale))
def test_each_kind_is_told_why_in_its_own_words(locale: Locale) -> None:
    for step in NextStep:
        assert len(SENTENCES[locale, step]) == (1 if step is NextStep.PROCEED else len(RequestKind))


def test_a_decision_that_could_not_be_made_says_the_same() -> None:
    for kind in RequestKind:
        held: Any = views.held("r-1", kind, Locale.EN)
        assert held["because"] == because(NextStep.TALK_TO_US, kind, Locale.EN)
