"""Replies in the forms that people's mail programs give them. The forms are those of Outlook, QQ Mail, NetEase, Apple
Mail, Gmail and Foxmail; the words are ours."""

# ruff: noqa: E501  the forms are as long as they are

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage, Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import make_msgid, parseaddr

QUOTED = "等您办的1件：\n\n1. 林晓雯交办给您：编制年会经费预算表\n   收到\n   办结：随便什么\n"


def quoting(letter: EmailMessage) -> dict[str, str]:
    """What each program puts below the words; in plain text."""
    to = str(letter["To"])
    return {
        "Outlook": "\n\n发件人: 横桥 <fayol@example.cn>\n发送时间: 2026年11月18日 9:20\n收件人: " + to + "\n主题: 任务\n\n" + QUOTED,
        "Outlook mobile": "\n\n获取 Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n发件人: 横桥 <fayol@example.cn>\n发送时间: Wednesday, November 18, 2026 9:20:11 AM\n收件人: x\n主题: y\n\n" + QUOTED,
        "QQ": "\n\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: \"横桥\" <fayol@example.cn>;\n发送时间: 2026年11月18日(星期三) 上午9:20\n收件人: \"" + to + "\";\n主题: 任务\n\n\n\n".replace("&nbsp;", " ") + QUOTED,
        "QQ signed": "\n\n\n周岚\n财务部 预算主管\n\n\n\n----------原始邮件----------\n" + QUOTED,
        "NetEase": "\n\n\n在 2026-11-18 09:20:11，\"横桥\" <fayol@example.cn> 写道：\n\n" + QUOTED,
        "NetEase old": "\n\n\n\nAt 2026-11-18 09:20:11, \"横桥\" <fayol@example.cn> wrote:\n\n" + QUOTED,
        "NetEase master": "\n\n\n| |\n周岚\n|\n---- 回复的原邮件 ----\n| 发件人 | 横桥 |\n" + QUOTED,
        "Apple": "\n\n> 在 2026年11月18日，上午9:20，横桥 <fayol@example.cn> 写道：\n> \n" + "".join(f"> {line}\n" for line in QUOTED.split("\n")),
        "iPhone": "\n\n发自我的iPhone\n\n> 在 2026年11月18日，09:20，横桥 <fayol@example.cn> 写道：\n> \n> 收到\n",
        "Gmail": "\n\n横桥 <fayol@example.cn> 于2026年11月18日周三 09:20写道：\n\n" + "".join(f"> {line}\n" for line in QUOTED.split("\n")),
        "Gmail English": "\n\nOn Wed, Nov 18, 2026 at 9:20 AM 横桥 <fayol@example.cn>\nwrote:\n\n" + "".join(f"> {line}\n" for line in QUOTED.split("\n")),
        "Foxmail": "\n\n\n\n周岚\n \n发件人： 横桥\n发送时间： 2026-11-18 09:20\n收件人： 周岚\n主题： 任务\n" + QUOTED,
        "nothing quoted": "\n",
        "signature": "\n-- \n周岚 财务部\n电话 0571-0000\n",
    }  # fmt: skip


HYPERTEXT = {
    "Outlook": '<html><head><style>p{{margin:0}}</style></head><body><div class="WordSection1"><p class="MsoNormal">{words}<o:p></o:p></p></div><hr style="display:inline-block"><div id="divRplyFwdMsg"><b>发件人:</b> 横桥<br><b>发送时间:</b> 2026年11月18日 9:20<br></div><div>办结：引文</div></body></html>',
    "Outlook desktop": '<html><body><p class="MsoNormal">{words}</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>发件人:</b> 横桥 &lt;fayol@example.cn&gt;<br><b>发送时间:</b> 2026年11月18日 9:20<br><b>收件人:</b> 周岚<br><b>主题:</b> 任务</p></div><p>办结：引文</p></body></html>',
    "QQ": '<div>{words}</div><div><includetail><!--<![endif]--></includetail></div><div><br></div><div style="font:Verdana"><br></div><div>------------------&nbsp;原始邮件&nbsp;------------------</div><div><b>发件人:</b> "横桥"</div><div>办结：引文</div>',
    "NetEase": '<div style="line-height:1.7"><div>{words}</div><br><div id="isReplyContent"><p>在 2026-11-18 09:20:11，"横桥" 写道：</p><blockquote>办结：引文</blockquote></div></div>',
    "Apple": '<html><body dir="auto">{words}<br><div dir="ltr">发自我的iPhone</div><div dir="ltr"><br><blockquote type="cite">在 2026年11月18日，09:20，横桥 写道：<br><br></blockquote></div><blockquote type="cite"><div>办结：引文</div></blockquote></body></html>',
    "Gmail": '<div dir="ltr">{words}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">横桥 于2026年11月18日周三 09:20写道：<br></div><blockquote class="gmail_quote">办结：引文</blockquote></div>',
}  # fmt: skip


def reply_to(
    letter: EmailMessage,
    words: str,
    *,
    quoted: str = "\n",
    sender: str = "",
    to: str = "",
    charset: str = "utf-8",
    encoding: str = "base64",
    subtype: str = "plain",
    subject: str = "",
    threaded: bool = True,
    headers: dict[str, str] | None = None,
    files: dict[str, bytes] | None = None,
) -> Message:
    """A reply to a letter of ours, by its recipient to its Reply-To unless told otherwise."""
    text = MIMENonMultipart("text", subtype, charset=charset)
    body = (words + quoted).encode(charset)
    text.set_payload(body.decode("latin-1"), charset=None)
    _encode(text, body, encoding)
    whole: Message = text
    if files:
        whole = MIMEMultipart()
        whole.attach(text)
        for name, data in files.items():
            part = MIMEApplication(data)
            part.add_header("Content-Disposition", "attachment", filename=("gbk", "", name))
            whole.attach(part)
    whole["From"] = sender or f"{Header('周岚', charset).encode()} <{parseaddr(str(letter['To']))[1]}>"
    whole["To"] = to or str(letter["Reply-To"])
    whole["Subject"] = Header(subject or f"回复: {letter['Subject']}", charset).encode()
    whole["Message-ID"] = make_msgid(domain="client.example.cn")
    if threaded:
        whole["In-Reply-To"] = str(letter["Message-ID"])
        whole["References"] = f"{letter['References']} {letter['Message-ID']}"
    for name, value in (headers or {}).items():
        if name in whole:
            del whole[name]
        whole[name] = value
    return whole


def _encode(part: Message, body: bytes, encoding: str) -> None:
    import base64
    import quopri

    part["Content-Transfer-Encoding"] = encoding
    if encoding == "base64":
        part.set_payload(base64.encodebytes(body).decode())
    elif encoding == "quoted-printable":
        part.set_payload(quopri.encodestring(body).decode())
    else:
        part.set_payload(body.decode("ascii", "surrogateescape"))


def bounce_of(
    letter: EmailMessage, *, status: str, diagnostic: str, action: str = "failed", recipient: str = ""
) -> Message:
    """A report as Postfix makes it."""
    address = recipient or parseaddr(str(letter["To"]))[1]
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@mx.example.cn"
    report["To"] = "fayol@example.cn"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Auto-Submitted"] = "auto-replied"
    report["Message-ID"] = make_msgid(domain="mx.example.cn")
    report.attach(MIMEText("I'm sorry to have to inform you", _charset="utf-8"))
    about, per = Message(), Message()
    about["Reporting-MTA"] = "dns; mx.example.cn"
    per["Final-Recipient"] = f"rfc822; {address}"
    per["Action"], per["Status"] = action, status
    per["Diagnostic-Code"] = f"smtp; {diagnostic}"
    state = Message()
    state["Content-Type"] = "message/delivery-status"
    state.set_payload([about, per])
    report.attach(state)
    original = Message()
    original["Content-Type"] = "message/rfc822"
    inner = Message()
    inner["Message-ID"], inner["Subject"] = str(letter["Message-ID"]), "x"
    inner.set_payload("text")
    original.set_payload([inner])
    report.attach(original)
    return report


def alternative(
    letter: EmailMessage, words: str, form: str, *, charset: str = "utf-8", encoding: str = "base64"
) -> Message:
    """The reply with text and HTML side by side, as most programs send it."""
    plain = reply_to(letter, words, quoted=quoting(letter)[form], charset=charset, encoding=encoding)
    whole = MIMEMultipart("alternative")
    inner = MIMENonMultipart("text", "plain", charset=charset)
    _encode(inner, (words + quoting(letter)[form]).encode(charset), encoding)
    del plain["Content-Type"], plain["Content-Transfer-Encoding"], plain["MIME-Version"]
    for name, value in plain.items():
        whole[name] = value
    html = MIMENonMultipart("text", "html", charset=charset)
    body = HYPERTEXT.get(form, HYPERTEXT["Gmail"]).format(words=words).encode(charset)
    _encode(html, body, encoding)
    whole.attach(inner)
    whole.attach(html)
    return whole


def hostile(letter: EmailMessage, raw: bytes) -> dict[str, tuple[bytes, str]]:
    """Letters that are no answers, each with what they are kept as. `raw` is the letter as it went out."""
    own = parseaddr(str(letter["To"]))[1]
    local, _at, domain = own.partition("@")
    hidden = f"=?utf-8?q?=3C{local}=40{domain.replace('.', '=2E')}=3E_=28?= <x@evil.example>)"
    address = str(letter["Reply-To"])
    wrong = address.replace(address[-16], "a" if address[-16] != "a" else "b")
    twice = reply_to(letter, "收到", headers={"From": "x@evil.example"}).as_bytes()
    nested = MIMEMultipart()
    nested["From"], nested["To"], nested["Subject"] = "x@evil.example", address, "转: 答复"
    nested["Message-ID"] = make_msgid(domain="evil.example")
    nested.attach(MIMEText("请看附件", _charset="utf-8"))
    enclosed = Message()
    enclosed["Content-Type"] = "message/rfc822"
    enclosed.set_payload([reply_to(letter, "收到")])
    nested.attach(enclosed)
    return {
        "another sender": (reply_to(letter, "收到", sender="周岚 <x@evil.example>").as_bytes(), "foreign"),
        "the address as a name": (reply_to(letter, "收到", sender=f'"{own}" <x@evil.example>').as_bytes(), "foreign"),
        "the address in an encoded word": (reply_to(letter, "收到", sender=hidden).as_bytes(), "foreign"),
        "two in From": (reply_to(letter, "收到", sender=f"{own}, x@evil.example").as_bytes(), "foreign"),
        "two From": (f"From: {own}\n".encode() + twice, "foreign"),
        "nobody in From": (reply_to(letter, "收到", sender="<>").as_bytes(), "foreign"),
        "Sender and Reply-To of the person": (
            reply_to(letter, "收到", sender="x@evil.example", headers={"Sender": own, "Reply-To": own}).as_bytes(),
            "foreign",
        ),
        "a wrong token": (reply_to(letter, "收到", to=wrong, threaded=False).as_bytes(), "foreign"),
        "no token": (reply_to(letter, "收到", to="fayol@example.cn", threaded=False).as_bytes(), "foreign"),
        "out of office": (reply_to(letter, "收到", subject="自动回复: 任务").as_bytes(), "automatic"),
        "vacation": (reply_to(letter, "收到", headers={"Auto-Submitted": "auto-replied"}).as_bytes(), "automatic"),
        "forwarded": (reply_to(letter, "收到", subject="转发: 任务").as_bytes(), "forwarded"),
        "the reply enclosed in another's": (nested.as_bytes(), "forwarded"),
        "our own letter": (raw, "loop"),
    }


def as_bytes(message: Message) -> bytes:
    return message.as_bytes(policy=SMTP)
