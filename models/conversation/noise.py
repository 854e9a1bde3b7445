"""What happens to words on their way: another script, a recogniser's errors, hurried typing, odd spacing.

Homophones are groups of characters that sound alike in Mandarin, tone aside; a recogniser confuses them.
"""

import re
from functools import cache
from random import Random

import opencc

_HOMOPHONES = (
    "帳賬漲張 匯會惠慧回 檢剪撿減簡 察查茶差 官關觀管 監間兼見 款寬欸 錢前潛 借介界戒 貸代待帶袋 "
    "存村寸 投頭透 資姿茲自 股鼓古顧 票飄漂 利力立例歷 獲或貨禍 保寶飽抱 證正政症 金今斤近 領令零另 "
    "取去趣曲 戶互護虎 號好浩 卡咖 密蜜秘 碼馬嗎 警景井 局居具 法發罰 院願遠 案按岸 凍動洞 "
    "結節解接 洗喜習 騙片篇偏 詐炸榨 裝莊妝 潢黃皇 修休秀 醫衣一依 藥要 費肺廢 學雪 房方防 車扯 "
    "貨或 客課刻 服福付副 幫邦 助住祝注 老佬 師施詩獅 群裙 賺專轉 穩吻問 加家佳 賴來 點典店 "
    "網往忘 址指只紙 連聯蓮 包胞 裹果過 海還害 見件健建 面麵 男南難 女旅 友有又右 寄記計繼 緊錦 "
    "急及級集 快塊筷 今斤 天添 明名鳴 說數 不部步 家加 人仁 知之汁支 道到倒 公工供功 司思私 電店 "
    "話化畫 是事式試室 在再 的得地 那哪拿 他她它 做作坐 以已意易 先鮮仙 後候厚 新心欣 生聲升 "
    "提題體 解姐 約月 險現線 單丹擔 分份紛 期其奇齊 設社射 定訂頂 "
)
_ALIKE: dict[str, str] = {
    mark: group.replace(mark, "") for group in _HOMOPHONES.split() for mark in group if len(group) > 1
}
_TOKENS = re.compile(r"[A-Za-z0-9]+|[!-/:-@]|[^!-~\s]+")
_FILLERS = ("嗯", "那個", "就是", "啊", "呃", "欸", "然後", "齁", "對", "喔")
_SHORT = {
    "you": "u", "your": "ur", "are": "r", "for": "4", "to": "2", "be": "b", "see": "c", "tonight": "2nite",
    "please": "pls",
    "text": "txt", "what": "wat", "and": "n", "okay": "ok", "because": "cos", "with": "wif", "that": "dat",
    "going to": "gonna", "have": "hv", "before": "b4", "love": "luv", "tomorrow": "tmr", "message": "msg",
    "thanks": "thx",
}  # fmt: skip
_SHORT_WORDS = re.compile(r"\b(" + "|".join(_SHORT) + r")\b", re.IGNORECASE)
_PICTURES = ("😊", "👍", "🎁", "🔥", "❤️", "😂", "👉", "⚠️", "🙏", "✨", "💰", "~")


@cache
def _converter(kind: str) -> opencc.OpenCC:
    return opencc.OpenCC(kind)


def simplified(text: str) -> str:
    return str(_converter("t2s").convert(text))


def traditional(text: str) -> str:
    return str(_converter("s2t").convert(text))


def heard(rng: Random, text: str, rate: float) -> str:
    """As a recogniser writes it: like-sounding characters, some lost or doubled, fillers, little punctuation."""
    out: list[str] = []
    bare = rng.random() < 0.7
    for mark in text:
        if bare and mark in ",。，.!?、":
            if rng.random() < 0.3:
                out.append(" ")
            continue
        chance = rng.random()
        if chance < rate and mark in _ALIKE:
            out.append(rng.choice(_ALIKE[mark]))
        elif chance < 1.25 * rate:
            continue
        elif chance < 1.4 * rate:
            out.append(mark + mark)
        elif chance < 1.7 * rate:
            out.append(mark + rng.choice(_FILLERS))
        else:
            out.append(mark)
    return "".join(out)


def spaced(rng: Random, text: str) -> str:
    """Cut into short pieces, as tokenisers and odd keyboards leave it. Latin words and numbers stay whole."""
    pieces = []
    for piece in _TOKENS.findall(text):
        if piece.isascii():
            pieces.append(piece)
            continue
        at = 0
        while at < len(piece):
            step = rng.choice((1, 1, 2, 2, 2, 3))
            pieces.append(piece[at : at + step])
            at += step
    return " ".join(pieces)


def typed(rng: Random, text: str) -> str:
    """Chinese as thumbs type it: other punctuation, a picture here and there."""
    style = rng.random()
    if style < 0.2:
        text = text.replace(",", " ")
    elif style < 0.7:
        text = text.replace(",", "，").replace("?", "？").replace("!", "！").replace(":", "：")
    if rng.random() < 0.12:
        text = rng.choice(_PICTURES) + text
    if rng.random() < 0.12:
        text += rng.choice(_PICTURES)
    return text + rng.choice(("", "", "", "。", "!", "…"))


def texted(rng: Random, text: str) -> str:
    """English as thumbs type it: short forms, capitals or none, a letter lost."""
    if rng.random() < 0.4:
        text = _SHORT_WORDS.sub(lambda word: _SHORT[word[0].lower()] if rng.random() < 0.7 else word[0], text)
    style = rng.random()
    if style < 0.3:
        text = text.capitalize()
    elif style < 0.38:
        text = text.upper()
    elif style < 0.5:
        text = " ".join(word.capitalize() if rng.random() < 0.5 else word for word in text.split(" "))
    if rng.random() < 0.25:
        at = rng.randrange(len(text))
        text = text[:at] + text[at + 1 :]
    return text + rng.choice(("", "", "", ".", "!", "...", " :)"))
