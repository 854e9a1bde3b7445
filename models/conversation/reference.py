"""The usual method that the text model has to beat: TF-IDF of character n-grams and logistic regression.

Two forms, both on the same corpus: of the text as it came, and of the text after our own folding and masking. Character
groups of one to four, words and pairs of words beside them (for English), sublinear counts.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from models.conversation.corpus import Text

_WORD = r"(?u)\w+"

Doubles = npt.NDArray[np.float64]


def scores(
    texts: Sequence[Text], lines: Sequence[str], *, c: float, words: bool, prepare: Callable[[str], str] = str
) -> Doubles:
    """Log-odds of the lines, shape (len(lines),). `c` is the inverse strength of L2 regularisation."""
    options = {"sublinear_tf": True, "min_df": 3, "lowercase": prepare is str}
    views = [TfidfVectorizer(analyzer="char", ngram_range=(1, 4), **options)]
    if words:
        views.append(TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 2), **options))
    model = make_pipeline(make_union(*views), LogisticRegression(C=c, max_iter=300, class_weight="balanced"))
    model.fit([prepare(text.words) for text in texts], [text.scam for text in texts])
    found: Doubles = model.decision_function([prepare(line) for line in lines])
    return found
