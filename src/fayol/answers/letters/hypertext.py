"""HTML letters as text, without what the sender's program quoted in them."""

from __future__ import annotations

from lxml import etree, html

_QUOTES = (
    "//blockquote",
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote ') or contains(@class, 'gmail_attr')]",
    "//*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='mail-editor-reference-message-container']"
    "/following-sibling::*",
    "//*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='mail-editor-reference-message-container']",
    "//includetail",  # QQ
    # NetEase
    "//*[@id='isReplyContent' or @id='isForwardContent' or @id='spnEditorSign' or @id='ntes-flashmail-quote']",
    "//*[contains(@class, 'moz-cite-prefix') or contains(@class, 'moz-signature') or contains(@class, 'yahoo_quoted')]",
    "//head | //style | //script | //title",
)
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "hr", "table", "ul", "ol", "blockquote"})
LONGEST = 2_000_000  # characters


def plain_of(text: str) -> str:
    """Block elements begin lines. Empty for what cannot be parsed."""
    try:
        tree = html.document_fromstring(
            _without_declaration(text[:LONGEST]), parser=html.HTMLParser(remove_comments=True)
        )
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    for path in _QUOTES:
        found = tree.xpath(path)
        for one in found if isinstance(found, list) else []:
            if isinstance(one, html.HtmlElement) and one.getparent() is not None:
                one.drop_tree()
    pieces: list[str] = []
    for event, one in etree.iterwalk(tree, events=("start", "end")):
        breaks = one.tag in _BREAKS
        if event == "start":
            pieces += ["\n"] if breaks else []
            pieces.append(" ".join((one.text or "").split()))
        else:
            pieces += ["\n"] if breaks and one.tag != "br" else []
            pieces.append(" ".join((one.tail or "").split()))
    lines = [line.replace("\xa0", " ").strip() for line in "".join(pieces).split("\n")]
    return "\n".join(line for line in lines if line)


def _without_declaration(text: str) -> str:
    """lxml refuses text that names its own encoding."""
    start = text.lstrip()
    return start.partition("?>")[2] if start.startswith("<?xml") else start
