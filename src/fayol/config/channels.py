"""FAYOL_WECOM_…, FAYOL_DINGTALK_…, FAYOL_FEISHU_…, FAYOL_WEBHOOK_… and FAYOL_SMS_… to what the channels need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from fayol.channels.connections import (
    DINGTALK,
    DINGTALK_NEW,
    FEISHU,
    WECOM,
    Bot,
    Bots,
    Connections,
    DingTalkApp,
    FeishuApp,
    Sms,
    Webhook,
    WeComApp,
)
from fayol.channels.policy import ORDER
from fayol.config.environment import Misconfigured

Given = Mapping[str, str]
NAMES = {
    "WECOM": ("URL", "CORP", "AGENT", "SECRET", "BOTS"),
    "DINGTALK": ("URL", "API_URL", "KEY", "SECRET", "BOTS"),
    "FEISHU": ("URL", "APP", "SECRET", "BOTS"),
    "WEBHOOK": ("URL", "SECRET"),
    "SMS": ("URL", "METHOD", "BODY", "HEADERS", "SUCCESS", "LATER", "DEAD", "TEXT"),
}
KNOWN = {"FAYOL_CHANNELS", *(f"FAYOL_{platform}_{name}" for platform, names in NAMES.items() for name in names)}
LATER = r"BUSINESS_LIMIT_CONTROL"
TEXT = "横桥：您有{count}件事等您办理，请登录查看 {link}"


def channel_order(given: Given) -> tuple[str, ...]:
    """Raises Misconfigured for a channel that does not exist."""
    names = tuple(name for name in re.split(r"[\s,]+", given.get("FAYOL_CHANNELS", "")) if name) or ORDER
    unknown = [name for name in names if name not in ORDER]
    if unknown:
        raise Misconfigured(f"FAYOL_CHANNELS names {unknown[0]!r}; there are {', '.join(ORDER)}.")
    return names


def channel_settings(given: Given) -> Connections:
    """Raises Misconfigured; a sentence never holds a value, it may be a secret."""
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise Misconfigured(f"{unknown[0]} is not a setting of Fayol; is it misspelt?")
    return Connections(
        wecom=_wecom(given),
        wecom_bots=_bots(given, "WECOM", WECOM, signed=False),
        dingtalk=_dingtalk(given),
        dingtalk_bots=_bots(given, "DINGTALK", DINGTALK, signed=True),
        feishu=_feishu(given),
        feishu_bots=_bots(given, "FEISHU", FEISHU, signed=True),
        webhook=_webhook(given),
        sms=_sms(given),
    )


def _wecom(given: Given) -> WeComApp | None:
    found = _together(given, "FAYOL_WECOM_CORP", "FAYOL_WECOM_AGENT", "FAYOL_WECOM_SECRET")
    if not found:
        return None
    corp, agent, secret = found
    if not agent.isascii() or not agent.isdigit():
        raise Misconfigured("FAYOL_WECOM_AGENT must be the number that the console shows as AgentId.")
    return WeComApp(_address(given, "FAYOL_WECOM_URL", WECOM), corp, int(agent), secret)


def _dingtalk(given: Given) -> DingTalkApp | None:
    found = _together(given, "FAYOL_DINGTALK_KEY", "FAYOL_DINGTALK_SECRET")
    if not found:
        return None
    base, new = _address(given, "FAYOL_DINGTALK_URL", DINGTALK), _address(given, "FAYOL_DINGTALK_API_URL", DINGTALK_NEW)
    return DingTalkApp(base, new, *found)


def _feishu(given: Given) -> FeishuApp | None:
    found = _together(given, "FAYOL_FEISHU_APP", "FAYOL_FEISHU_SECRET")
    return FeishuApp(_address(given, "FAYOL_FEISHU_URL", FEISHU), *found) if found else None


def _webhook(given: Given) -> Webhook | None:
    found = _together(given, "FAYOL_WEBHOOK_URL", "FAYOL_WEBHOOK_SECRET")
    return Webhook(_address(given, "FAYOL_WEBHOOK_URL", ""), found[1]) if found else None


def _sms(given: Given) -> Sms | None:
    found = _together(given, "FAYOL_SMS_URL", "FAYOL_SMS_SUCCESS")
    if not found:
        if any(name.startswith("FAYOL_SMS_") for name in given):
            raise Misconfigured("FAYOL_SMS_URL and FAYOL_SMS_SUCCESS are needed for text messages.")
        return None
    method = given.get("FAYOL_SMS_METHOD", "POST").upper()
    if method not in ("GET", "POST"):
        raise Misconfigured("FAYOL_SMS_METHOD must be GET or POST.")
    for name in ("FAYOL_SMS_SUCCESS", "FAYOL_SMS_LATER", "FAYOL_SMS_DEAD"):
        _expression(name, given.get(name, ""))
    if "{mobile}" not in given["FAYOL_SMS_URL"] + given.get("FAYOL_SMS_BODY", ""):
        raise Misconfigured("FAYOL_SMS_URL or FAYOL_SMS_BODY must say where {mobile} goes.")
    return Sms(
        url=_address(given, "FAYOL_SMS_URL", ""),
        method=method,
        body=given.get("FAYOL_SMS_BODY", ""),
        headers=_headers(given.get("FAYOL_SMS_HEADERS", "")),
        success=given["FAYOL_SMS_SUCCESS"],
        later=given.get("FAYOL_SMS_LATER", LATER),
        dead=given.get("FAYOL_SMS_DEAD", ""),
        text=given.get("FAYOL_SMS_TEXT", TEXT),
    )


def _bots(given: Given, platform: str, base: str, *, signed: bool) -> Bots:
    """`*=key CW=key`, for signed ones `*=token:secret`; a whole address in place of the key is understood."""
    name = f"FAYOL_{platform}_BOTS"
    bots: list[Bot] = []
    for item in given.get(name, "").split():
        unit, equals, rest = item.partition("=")
        key, secret = _key(rest), ""
        if signed:
            key, _colon, secret = rest.rpartition(":")
            key = _key(key)
        if not equals or not unit or not key or (signed and not secret) or secret.startswith("//") or len(unit) > 60:
            how = "unit=token:secret" if signed else "unit=key"
            raise Misconfigured(f"{name} must look like {how}, several with a space between; * stands for everybody.")
        if unit in {bot.unit for bot in bots}:
            raise Misconfigured(f"{name} has two entries for {unit}.")
        bots.append(Bot(unit, key, secret))
    return Bots(_address(given, f"FAYOL_{platform}_URL", base), tuple(bots))


def _key(text: str) -> str:
    """People paste the whole address that the console shows."""
    if not text.startswith(("http://", "https://")):
        return text
    parts = urlsplit(text)
    found = parse_qs(parts.query)
    return (found.get("key") or found.get("access_token") or [parts.path.rsplit("/", 1)[-1]])[0]


def _together(given: Given, *names: str) -> list[str]:
    """All of them, or none."""
    values = [given.get(name, "") for name in names]
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing and len(missing) < len(names):
        raise Misconfigured(f"{missing[0]} is missing: {', '.join(names)} belong together.")
    return [] if missing else values


def _address(given: Given, name: str, usual: str) -> str:
    value = given.get(name, usual)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(f"{name} must begin with https:// and a host name.")
    return value if parts.query or parts.path.strip("/") else value.rstrip("/")


def _expression(name: str, value: str) -> None:
    try:
        re.compile(value)
    except re.error as error:
        raise Misconfigured(f"{name} is not a regular expression: {error}.") from error


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    """`Name: value`, several with `;;` between."""
    found = []
    for line in filter(None, (one.strip() for one in text.split(";;"))):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name.strip()) or not value.strip().isascii():
            raise Misconfigured("FAYOL_SMS_HEADERS must look like Authorization: Bearer x, several with ;; between.")
        found.append((name.strip(), value.strip()))
    return tuple(found)
