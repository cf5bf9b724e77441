"""What somebody wrote, without the letter it answers and without the signature.

Own rules: the libraries there are know one or two Chinese forms, and a line of the quoted letter taken for an answer
would be worse than none.
"""

from __future__ import annotations

import re

_STAMP = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}"
_CUTS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # QQ, Foxmail, Outlook, Coremail: a ruled heading
        r"^[-_—\s>]{2,}\s*(?:原始邮件|原邮件|原始信件|回复的?原?邮件|转发的?邮件(?:信息)?|原始郵件"
        r"|original message|original|replied message|forwarded message|begin forwarded message)\s*[-_—\s]*$",
        r"^(?:-{4,}|_{4,}|—{4,}|={5,}|\*{5,})\s*$",
        # Apple Mail, NetEase: 在 … 写道：
        rf"^>?\s*在\s*{_STAMP}.{{0,120}}(?:写道|寫道)\s*[:：]?\s*$",
        # Gmail: 名字 <地址> 于2026年11月18日周三 09:20写道：
        rf".{{0,80}}(?:于|於)\s*{_STAMP}.{{0,40}}(?:写道|寫道)\s*[:：]?\s*$",
        r"^>?\s*(?:on|at)\s.{6,160}\bwrote\s*:\s*$",
        rf"^{_STAMP}.{{0,80}}[<＜].+@.+[>＞].{{0,20}}[:：]\s*$",
        # signatures of programs
        r"^--\s?$",
        r"^(?:发自我的|從我的|从我的.{1,20}发送|发自.{0,12}(?:iphone|ipad|手机|邮箱|outlook|客户端)|来自.{0,10}(?:邮箱|手机)"
        r"|sent from (?:my|mail|outlook)|获取\s*\[?(?:适用于)?.{0,12}outlook|get outlook for|从 windows 版邮件发送"
        r"|使用.{0,12}(?:邮箱|邮件).{0,8}发送|本邮件由.{0,12}发送).*$",
    )
]
_HEADING = re.compile(r"^[>*\s]*(?:发件人|寄件者|寄件人|发自|from)\s*[*]?\s*[:：]", re.IGNORECASE)
_NEXT_HEADING = re.compile(
    r"^[>*\s]*(?:发送时间|发送日期|日期|时间|收件人|抄送|主题|寄件日期|收件者|sent|date|to|subject|cc)\s*[*]?\s*[:：]",
    re.IGNORECASE,
)
_OPEN = re.compile(rf"^>?\s*(?:在\s*{_STAMP}|on\s+\w{{3}},?\s|at\s+\d{{4}}-).*$", re.IGNORECASE)
_CLOSED = re.compile(r"(?:写道|寫道|wrote)\s*[:：]?\s*$", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060\xad"))


def own_words(text: str) -> str:
    """The lines above whatever is quoted, without lines marked with `>`."""
    lines = [line.translate(_INVISIBLE).replace("\xa0", " ").strip() for line in text.split("\n")]
    kept: list[str] = []
    for at, line in enumerate(lines):
        if _ends_here(lines, at):
            break
        if not line.startswith((">", "＞")):
            kept.append(line)
    return "\n".join(kept).strip()


def _ends_here(lines: list[str], at: int) -> bool:
    line = lines[at]
    if any(cut.match(line) for cut in _CUTS):
        return True
    following = [one for one in lines[at + 1 : at + 5] if one]
    if _HEADING.match(line) and any(_NEXT_HEADING.match(one) for one in following[:2]):
        return True
    return bool(_OPEN.match(line)) and any(_CLOSED.search(one) for one in following[:2])
