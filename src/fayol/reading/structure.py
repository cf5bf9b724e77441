"""How a document is built: labels, sentences, brackets that close an item."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fayol.reading.clauses import Roles, bare_list, parse_clause
from fayol.reading.units import looks_like_unit

_CN = "一二三四五六七八九十百〇零"
_RANKS = (
    (re.compile(rf"第[{_CN}\d]{{1,4}}[编章]"), 0),
    (re.compile(rf"第[{_CN}\d]{{1,4}}[条节款]|[{_CN}\d]{{1,4}}条"), 1),
    (re.compile(rf"[{_CN}]{{1,4}}、"), 1),
    (re.compile(rf"（[{_CN}]{{1,4}}）"), 2),
    (
        re.compile(
            r"\d{1,3}(?:[.、](?!\d(?!\d{3}年))"
            r"|(?=[\u4e00-\u9fff“《])(?![年月日号时点分个项家名种类条次万亿元人台套吨倍位届期]))"
        ),
        3,
    ),
    (re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}"), 3),
    (re.compile(r"（\d{1,3}）|[①②③④⑤⑥⑦⑧⑨⑩]"), 4),
)
PLAIN = 9
# Labels that begin an item inside a paragraph (a page text without line breaks).
_INNER = re.compile(
    rf"(?:^|(?<=[。；：！）]))(?:具体措施：)?(?:\d{{1,2}}[.、](?=[\u4e00-\u9fff“《]|\d{{4}}年)"
    rf"|（[{_CN}]{{1,4}}）)|（[{_CN}]{{1,4}}）(?=[\u4e00-\u9fff])|(?:^"
    rf"|(?<=[。）]))[{_CN}]{{1,3}}、(?=[^。；]{{2,50}}(?:（[{_CN}]|$))"
)
_HEAD = re.compile(
    rf"(?:具体措施：|主要措施：|[{_CN}]{{1,3}}、[^。；]{{2,60}}?(?=（[{_CN}]{{1,4}}）)|（[{_CN}]{{1,4}}）"
    rf"|\d{{1,2}}[.、](?=\D|\d{{4}}年)|第[{_CN}\d]{{1,4}}条|[：。；，、]|附件：?)+"
)
_LABELLED = re.compile(
    r"(?:^|(?<=[。；！]))(?:（)?(?:总|主要)?(?:牵头|责任|负责|主办|承办|主责|落实|实施|配合|协办|协同"
    r"|协助|参与|参加|支持|成员|组成|指导)(?:责任"
    r"|落实|配合)?(?:单位|部门|处室|科室|部室|机构|主体)(?:：|为：)"
    r"|(?:^|(?<=[。；！]))(?:主办|承办|牵头)："
    r"|(?<![为的、和及与或各其以确明列于是非等（])(?:牵头|责任|主办|承办|配合|协办)(?:责任)?(?:单位|部门)："
)
_TIME_LABELLED = re.compile(r"(?:完成|办结|办理)?(?:时限|时间|期限|时间节点)(?:要求)?：")
_BEFORE_OK = "。；！？”…"
_AFTER_OK = re.compile(rf"[。；，！]|$|具体措施|\d{{1,2}}[.、]|（[{_CN}]{{1,4}}）|[{_CN}]{{1,3}}、|[{_CN}]是|各|附件")


def rank_of(text: str) -> tuple[int, int]:
    """How high the label at the start stands (0 highest, 9 none) and how long it is."""
    for pattern, rank in _RANKS:
        match = pattern.match(text)
        if match:
            return rank, match.end()
    return PLAIN, 0


@dataclass(frozen=True, slots=True)
class Closing:
    """A clause that says who does what stands before it: text[start:end], its inside at [inner, inner_end)."""

    start: int
    end: int
    inner: int
    inner_end: int
    roles: Roles


def closings(text: str) -> list[Closing]:
    """Bracket clauses and labelled lines, in reading order."""
    found = [*_bracketed(text), *_labelled(text)]
    found.sort(key=lambda closing: closing.start)
    result: list[Closing] = []
    for closing in found:
        if not result or closing.start >= result[-1].end:
            result.append(closing)
    return result


def _bracketed(text: str) -> list[Closing]:
    found = []
    for start, end in _pairs(text):
        before = text[start - 1] if start else "。"
        if before not in _BEFORE_OK and not _AFTER_OK.match(text, end):
            continue
        roles = parse_clause(text, start + 1, end - 1)
        closes = before in "。；！" or (
            text[end : end + 1] in ("。", "；") and not looks_like_unit(text[max(0, start - 6) : start])
        )
        if roles is None and closes and start:
            roles = bare_list(text, start + 1, end - 1)
        if roles is None:
            continue
        stop = end
        while stop < len(text) and text[stop] in "。；":
            stop += 1
        found.append(Closing(start, stop, start + 1, end - 1, roles))
    return found


def _pairs(text: str) -> list[tuple[int, int]]:
    """Outermost brackets; one that never closes ends nothing."""
    pairs, depth, left = [], 0, 0
    for match in re.finditer("[（）]", text):
        if match.group() == "（":
            if depth == 0:
                left = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                pairs.append((left, match.end()))
    return pairs


def _labelled(text: str) -> list[Closing]:
    """ "责任单位：A、B。配合单位：C。" without brackets."""
    found: list[Closing] = []
    for match in _LABELLED.finditer(text):
        if (text[match.start()] == "（" and "）" in text[match.end() :]) or (found and match.start() < found[-1].end):
            continue
        end = _sentence_end(text, match.end())
        while (following := _LABELLED.match(text, end) or _TIME_LABELLED.match(text, end)) and text[
            end : end + 1
        ] != "（":
            end = _sentence_end(text, following.end())
        roles = parse_clause(text, match.start(), end)
        if roles:
            found.append(Closing(match.start(), end, match.start(), end, roles))
    return found


def _sentence_end(text: str, start: int) -> int:
    match = re.compile("[。！]").search(text, start)
    return match.end() if match else len(text)


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut after 。！？ outside brackets and quotes; an unclosed bracket does not swallow the rest."""
    pieces, depth, left = [], 0, start
    for match in re.finditer("[（）“”《》。！？]", text[start:end]):
        char, at = match.group(), start + match.start()
        if char in "（“《":
            depth += 1
        elif char in "）”》":
            depth = max(0, depth - 1)
        elif depth == 0 or at - left > 400:
            pieces.append((left, at + 1))
            left, depth = at + 1, 0
    if left < end:
        pieces.append((left, end))
    return [part for piece in pieces for part in _parts(text, *piece)]


_LONGEST = 1500


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """No sentence of people is longer; text without full stops must not cost the square of its length."""
    parts = []
    while end - start > _LONGEST:
        comma = max(text.rfind(mark, start + _LONGEST // 2, start + _LONGEST) for mark in "；，、")
        cut = comma + 1 if comma > start else start + _LONGEST
        parts.append((start, cut))
        start = cut
    return [*parts, (start, end)]


def item_start(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the item closed at `end` begins: (place of its label, place of its first word)."""
    label = start
    for match in _INNER.finditer(text, start, end):
        label = match.start()
    head = _HEAD.match(text, label, end)
    return label, head.end() if head else label
