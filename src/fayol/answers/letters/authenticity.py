"""What the own server found out about where a letter came from (RFC 8601)."""

from __future__ import annotations

import re

from fayol.answers.letters.reading import Letter

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
_DOMAINS = {
    "dmarc": re.compile(r"\bheader\.from\s*=\s*\"?([\w.@-]+)", re.IGNORECASE),
    "dkim": re.compile(r"\bheader\.(?:d|i)\s*=\s*\"?([\w.@+-]+)", re.IGNORECASE),
    "spf": re.compile(r"\bsmtp\.(?:mailfrom|mail|helo)\s*=\s*\"?([\w.@+=-]+)", re.IGNORECASE),
}


def is_authentic(letter: Letter, server: str) -> bool:
    """Whether `server` itself says that DMARC, DKIM or SPF passed for the very domain in From.

    Only the first such header counts: it stands above everything that came with the letter. Headers of other servers
    are words of strangers.
    """
    for value in letter.message.get_all("Authentication-Results", []):
        plain = _COMMENT.sub(" ", " ".join(str(value).split()))
        who, _sep, results = plain.partition(";")
        if who.split()[:1] == [server] or who.strip().casefold() == server.casefold():
            return any(_passes(one.strip(), letter.senders[0]) for one in results.split(";"))
    return False


def _passes(result: str, sender: str) -> bool:
    found = _RESULT.match(result)
    if not found or found[2].casefold() != "pass":
        return False
    named = _DOMAINS[found[1].casefold()].search(result)
    if not named:
        return False
    domain, own = named[1].casefold().rpartition("@")[2], sender.rpartition("@")[2]
    return domain == own or own.endswith("." + domain)
