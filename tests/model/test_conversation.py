"""The text expert: a corpus of its own, the same bytes every time, small, refused when damaged, and of some use."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from models.conversation import figures, noise
from models.conversation.corpus import FILES, Text, generate
from models.conversation.grammar import GrammarError, compile_pattern, load
from models.conversation.talk import NEEDS, said
from models.conversation.train import Settings, WordsModel, train
from safelight.adapters import words_model
from safelight.domain.assessment import ScamType
from safelight.domain.errors import ModelUnavailableError
from safelight.domain.request import Channel
from safelight.features import words_reader
from safelight.features.words_reader import Reader

SMALL = 4
"""Texts a grammar line: enough to learn from in seconds."""


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return generate(5, of_a_root=SMALL)


@pytest.fixture(scope="module")
def model(texts: list[Text]) -> WordsModel:
    return train(5, texts=texts)


@pytest.fixture(scope="module")
def reader(model: WordsModel) -> Reader:
    return model.reader()


def scored(reader: Reader, *lines: str) -> float:
    read = reader.read(lines)
    assert read is not None
    return read.scam


# The grammar and the corpus


def test_pattern_stands_for_all_its_sentences():
    say = compile_pattern("a(b|<c>)[d]", {"c": ["x|y", "z"]}, {})
    assert {say(Random(seed)) for seed in range(200)} == {
        one + other for one in ("ab", "ax", "ay", "az") for other in ("", "d")
    }


@pytest.mark.parametrize("pattern", ["a(b", "a)b", "[a", "<nobody>", "<open"])
def test_broken_pattern_is_refused(pattern: str):
    with pytest.raises(GrammarError):
        compile_pattern(pattern, {}, {})


def test_corpus_is_the_same_under_a_seed_and_another_under_another(texts: list[Text]):
    assert generate(5, of_a_root=SMALL) == texts
    assert generate(6, of_a_root=SMALL) != texts


def test_corpus_is_varied_and_has_both_sides_in_both_languages(texts: list[Text]):
    assert len({text.words for text in texts}) > 0.9 * len(texts)
    sides = Counter((text.scam, text.lang) for text in texts)
    assert all(sides[scam, lang] > 300 for scam in (True, False) for lang in ("zh", "en"))
    assert {text.type for text in texts} == {"", *(scam.value for scam in ScamType)}


def test_length_alone_tells_little(texts: list[Text]):
    truth = np.array([text.scam for text in texts])
    length = np.array([float(len(text.words)) for text in texts])
    assert 0.35 < figures.auc(truth, length) < 0.65


def test_nothing_of_the_books_grammar_is_in_the_corpus(texts: list[Text]):
    assert "talk_book.txt" not in FILES
    book = {root(Random(seed)) for part in load(("talk_book.txt",)) for root in part.roots for seed in range(5)}
    assert not book & {text.words for text in texts}


def test_noise_keeps_the_sentence_recognisable():
    line = "檢察官說我的帳戶被監管"
    heard = [noise.heard(Random(seed), line, 0.1) for seed in range(40)]
    assert len(set(heard)) > 20
    assert all(len(set(one) & set(line)) >= 5 for one in heard)


# The model's file


def test_same_texts_give_the_same_bytes(texts: list[Text]):
    some = texts[::5]
    assert train(5, texts=some).data == train(5, texts=some).data != train(5, texts=texts[1::5]).data


def test_file_is_small(model: WordsModel):
    assert len(model.data) < 300_000


def test_pinned_file_is_read_and_one_flipped_byte_is_refused(tmp_path: Path, model: WordsModel):
    path = tmp_path / words_model.WORDS
    pinned = model.write(path)
    assert words_model.load(tmp_path, pinned).read(["你好"]) == model.reader().read(["你好"])
    data = bytearray(model.data)
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ModelUnavailableError) as refused:
        words_model.load(tmp_path, pinned)
    assert refused.value.cause == "hash_mismatch"


def test_missing_file_is_said(tmp_path: Path):
    with pytest.raises(ModelUnavailableError) as refused:
        words_model.load(tmp_path, "0" * 64)
    assert refused.value.cause == "missing"


@pytest.mark.parametrize("cut", [0, 4, 8, 20, 5_000, -1])
def test_file_that_is_not_whole_is_refused(model: WordsModel, cut: int):
    with pytest.raises(ModelUnavailableError) as refused:
        words_reader.load(model.data[:cut])
    assert refused.value.cause == "unreadable"


# Reading


def test_reading_is_pure(reader: Reader):
    lines = ["檢察官說我的帳戶被監管", "要把錢轉到安全帳戶"]
    assert reader.read(lines) == reader.read(lines)


@pytest.mark.parametrize("silence", [[], [""], ["  \n"], ["...", "!!"], ["\x00\x01\ufffd"]])
def test_silence_is_nothing_to_read(reader: Reader, silence: list[str]):
    assert reader.read(silence) is None


def test_both_scripts_and_widths_read_alike(reader: Reader):
    line = "檢察官說我的帳戶涉嫌洗錢,要轉到監管帳戶123456789012"
    other = noise.simplified(line).replace(",", "，").replace("123", "７８９")
    assert reader.read([line]) == reader.read([" ".join(other)])


def test_numbers_and_names_change_nothing(reader: Reader):
    said_to_him = "{}檢察官說要匯{}到帳號{}"
    one = reader.read([said_to_him.format("王大明", "300,000元", "0123456789012")])
    assert one == reader.read([said_to_him.format("陳小華", "125,000元", "9876543210987")])


def test_innocent_lines_do_not_hide_the_worst_one(reader: Reader):
    line = "老師說加入群組保證獲利,要先補保證金才能出金"
    alone = reader.read([line])
    among = reader.read(["今天天氣真好", "我等一下要去買菜", line, "晚上回家吃飯"])
    assert alone is not None
    assert among is not None
    assert among.scam < alone.scam
    assert among.peak == alone.peak


@pytest.mark.parametrize("words", ["檢察官" * 4_000, "汇款" * 10_000, "free prize " * 5_000, "a" * 100_000])
def test_log_odds_stay_within_their_bound(reader: Reader, words: str):
    read = reader.read([words])
    assert read is not None
    assert all(abs(value) <= words_reader.MOST for value in (read.scam, read.peak, *read.types))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ScamType.FAKE_AUTHORITY, "檢察官說我的帳戶被監管,不能告訴家人"),
        (ScamType.FAKE_INVESTMENT, "群組老師帶我投資飆股保證獲利,出金要先繳稅"),
        (ScamType.ROMANCE, "網路認識的軍醫男友沒見過面,包裹卡在海關要錢"),
        (ScamType.FAKE_RELATIVE, "客服說設成分期,叫我去ATM解除"),
        (ScamType.FAKE_LOAN, "貸款公司說先付保證金才會撥款"),
    ],
)
def test_type_is_told(reader: Reader, kind: ScamType, words: str):
    read = reader.read([words])
    assert read is not None
    assert read.scam > 0
    assert list(ScamType)[int(np.argmax(read.types))] is kind


@pytest.mark.parametrize(
    "words",
    [
        "廚房漏水要整修,師傅報價單我有帶",
        "我知道現在詐騙很多,我是自己要繳學費",
        "【國泰世華】您的驗證碼為482913,請勿告知他人",
        "晚上一起吃火鍋好不好",
        "see you at the station tonight, mum says hi",
    ],
)
def test_ordinary_words_score_low(reader: Reader, words: str):
    assert scored(reader, words) < 0


def test_what_the_book_says_is_told_apart_though_never_learnt(reader: Reader):
    rng = Random(9)
    scams = [
        scored(reader, *said(rng, scam=kind, need="renovation", candour=1.0, channel=Channel.CHAT))
        for kind in ScamType
        for _ in range(60)
    ]
    genuine = [
        scored(reader, *said(rng, scam=None, need=rng.choice(NEEDS), candour=0.0, channel=Channel.CHAT))
        for _ in range(300)
    ]
    truth = np.array([True] * len(scams) + [False] * len(genuine))
    assert figures.auc(truth, np.array(scams + genuine)) > 0.85


# What the book's customers say


def test_talk_is_the_same_under_a_seed():
    def talk(seed: int) -> list[tuple[str, ...]]:
        rng = Random(seed)
        return [said(rng, scam=None, need=need, candour=0.0, channel=Channel.PHONE) for need in NEEDS]

    assert talk(1) == talk(1)
    assert talk(1) != talk(2)


@pytest.mark.parametrize("locale", ["zh-TW", "en"])
@pytest.mark.parametrize("need", NEEDS)
def test_every_need_has_words(need: str, locale: str):
    lines = said(Random(3), scam=None, need=need, candour=0.0, channel=Channel.CHAT, locale=locale)
    assert lines
    assert all(line.isascii() or "$" not in locale for line in lines)
    assert (locale == "en") == lines[0].replace("£", "").replace("€", "").isascii()


def test_unknown_need_is_refused():
    with pytest.raises(KeyError):
        said(Random(1), scam=None, need="yacht", candour=0.0, channel=Channel.CHAT)


def test_candour_decides_whether_the_scam_shows():
    leaks = {
        root(Random(seed))
        for part in load(("talk_book.txt",))
        if part.name.startswith("leak_")
        for root in part.roots
        for seed in range(300)
    }

    def shows(candour: float) -> float:
        rng = Random(4)
        talks = [
            said(rng, scam=ScamType.ROMANCE, need="medical", candour=candour, channel=Channel.CHAT) for _ in range(200)
        ]
        return sum(bool(leaks & set(talk)) for talk in talks) / len(talks)

    assert shows(0.0) == 0.0
    assert 0.3 < shows(0.5) < 0.7
    assert shows(1.0) > 0.95


# Figures


def test_recall_counts_what_passes_at_most_one_in_a_hundred():
    truth = np.array([False] * 200 + [True] * 10)
    score = np.concatenate([np.linspace(0, 1, 200), [2.0] * 4 + [0.9925] * 3 + [0.5] * 3])
    assert figures.recall_at(truth, score) == pytest.approx(0.7)


def test_ties_with_the_threshold_do_not_pass():
    truth = np.array([False] * 100 + [True] * 10)
    assert figures.recall_at(truth, np.ones(110)) == 0.0


def test_fewer_grams_make_a_smaller_file_that_still_tells_scams(texts: list[Text]):
    some = texts[::5]
    more, fewer = (train(5, replace(Settings(), grams=grams), some) for grams in (2_000, 500))
    assert len(fewer.data) < 0.7 * len(more.data) < 100_000
    score = np.array([scored(fewer.reader(), text.words) for text in texts[1::25]])
    assert figures.auc(np.array([text.scam for text in texts[1::25]]), score) > 0.9
