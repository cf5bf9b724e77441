"""The one way of saying no."""

from __future__ import annotations


class Refused(Exception):
    """An act that may not happen. Nothing was changed.

    `sentence` is written for people and shown as it stands: what is wrong, where, what to do. It is a Chinese
    message id with `{name}` places, filled from `params`, so that the pages can translate it before filling.
    `field` names the form field to which the sentence belongs, if any.
    """

    def __init__(self, code: str, sentence: str, *, field: str = "", **params: object) -> None:
        super().__init__(code, sentence, params)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.sentence.format(**self.params) if self.params else self.sentence


class Stale(Refused):
    """Somebody changed the thing between the moment it was shown and the moment it was acted on."""

    def __init__(self) -> None:
        super().__init__("stale", "刚才有人改动了这一条。您填写的内容已保留，请核对最新情况后再提交。")
