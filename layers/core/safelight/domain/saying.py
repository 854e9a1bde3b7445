"""A question as a message or as speech, from its words: one text serves every channel.

LINE: a quick reply's label has at most 20 characters, a text 5,000. Lex V2: a message, plain or SSML, has at most
1,024. Choices are numbered by their place, which is also the key to press; an amount has two digits or more.
"""

from collections.abc import Sequence
from html import escape

from safelight.domain.caring import ChoiceId, Form, Question, QuestionText, Spoken

LABEL_LIMIT = 20
MESSAGE_LIMIT = 1024


def label(place: int, text: str) -> str:
    """What a button reads: the choice's own words where they fit, else the number that the message gave it."""
    return text if len(text) <= LABEL_LIMIT else str(place)


def written(prompt: str, question: Question, text: QuestionText) -> str:
    """Story, question and numbered choices, a line each."""
    choices = [f"{place}. {text.choices[choice_id]}" for place, choice_id in enumerate(question.shown, 1)]
    return "\n".join(part for part in (text.story, prompt, *choices) if part)


def offered(prompt: str, choices: Sequence[str], frames: Spoken) -> str:
    """SSML of a text and numbered choices, which are no caring question: each with its key."""
    keys = " ".join(frames.press.format(choice=choice, digit=place) for place, choice in enumerate(choices, 1))
    return f"<speak>{escape(f'{prompt} {keys}'.strip())}</speak>"


def spoken(prompt: str, question: Question, text: QuestionText, frames: Spoken) -> str:
    """SSML: the story, the time to think, the question, then each choice with its key."""
    choices = " ".join(_press(place, c, text, frames) for place, c in enumerate(question.shown, 1))
    if question.form is Form.OPEN:
        choices = f"{escape(frames.amount)} {frames.otherwise.format(choices=choices)}"
    story = f"{escape(text.story)} " if text.story else ""
    pause = f'<break time="{question.pause_s}s"/> ' if question.pause_s else ""
    return f"<speak>{story}{escape(prompt)} {pause}{choices}</speak>"


def _press(place: int, choice_id: ChoiceId, text: QuestionText, frames: Spoken) -> str:
    choice = text.choices[choice_id].rstrip("。.")
    return escape(frames.press.format(choice=choice, digit=place))
