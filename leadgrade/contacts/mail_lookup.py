"""Asks the domain name system whether a domain takes mail, one domain or many at a steady pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadgrade.config.run import MailServersConfig

if TYPE_CHECKING:
    from dns.rdatatype import RdataType
    from dns.resolver import Answer, Resolver

_THREADS = 16
_PORT = 53


class MailAnswer(NamedTuple):
    """``status``: mx, null_mx, a_only, none, timeout or error; ``host``: the first mail server, null where none is named."""

    status: str
    host: str | None = None


def make_resolver(config: MailServersConfig) -> Resolver:
    """The system's resolver, or one that asks the configured servers alone."""
    # dnspython takes a fifth of a second to import and is needed where look-ups are on
    from dns.nameserver import Do53Nameserver  # noqa: PLC0415
    from dns.resolver import Resolver  # noqa: PLC0415

    resolver = Resolver(configure=not config.nameservers)
    if config.nameservers:
        resolver.nameservers = [Do53Nameserver(*_address(server)) for server in config.nameservers]
    return resolver


def _address(server: str) -> tuple[str, int]:
    """``192.0.2.1``, ``192.0.2.1:5353``, ``2001:db8::1`` or ``[2001:db8::1]:5353`` as host and port."""
    host, _, port = server.rpartition(":")
    if host.endswith("]") or (host and ":" not in host):
        return host.strip("[]"), int(port)
    return server.strip("[]"), _PORT


@dataclass(slots=True)
class _Question:
    """One domain, and how long its answers may take in all."""

    resolver: Resolver
    domain: str
    ends_at: float

    def ask(self, kind: RdataType) -> Answer | None:
        """The records of a kind; None where the name has none of it."""
        from dns.resolver import NoAnswer  # noqa: PLC0415

        left = max(0.01, self.ends_at - time.monotonic())
        try:
            return self.resolver.resolve(f"{self.domain}.", kind, lifetime=left, search=False)
        except NoAnswer:
            return None


def look_up(resolver: Resolver, domain: str, timeout: float) -> MailAnswer:
    """Whether a domain takes mail: its MX records, else its addresses (RFC 5321), unless it says that it takes none (RFC 7505).

    Args:
        resolver: From :func:`make_resolver`.
        domain: ASCII.
        timeout: Seconds for all questions together. What goes wrong is a status, never an exception.
    """
    from dns.exception import DNSException, Timeout  # noqa: PLC0415
    from dns.resolver import NXDOMAIN  # noqa: PLC0415

    try:
        return _asked(_Question(resolver, domain, time.monotonic() + timeout))
    except NXDOMAIN:
        return MailAnswer("none")
    except Timeout:
        return MailAnswer("timeout")
    except (DNSException, OSError, ValueError):  # SERVFAIL, no network, a label that cannot be sent
        return MailAnswer("error")


def _asked(question: _Question) -> MailAnswer:
    from dns.rdatatype import RdataType  # noqa: PLC0415

    records = question.ask(RdataType.MX)
    if records:
        hosts = [(r.preference, r.exchange.to_text(omit_final_dot=True).lower()) for r in records]
        named = sorted(pair for pair in hosts if pair[1] not in {"", ".", "@"})
        return MailAnswer("mx", named[0][1]) if named else MailAnswer("null_mx")
    for kind in (RdataType.A, RdataType.AAAA):
        if question.ask(kind):
            return MailAnswer("a_only", question.domain)
    return MailAnswer("none")


class Pace:
    """Lets at most so many callers a second go on, evenly, whatever the number of threads."""

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = 1 / per_second
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def wait(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._step
        if turn > now:
            sleep(turn - now)


def look_up_all(domains: Iterable[str], config: MailServersConfig) -> Iterator[tuple[str, MailAnswer]]:
    """Look up domains until all are answered or the night's seconds are used up; the rest is left out.

    It ends at the latest one timeout after the budget.
    """
    resolver = make_resolver(config)
    pace = Pace(config.queries_per_second)
    ends_at = time.monotonic() + config.seconds_per_night

    def answer(domain: str) -> tuple[str, MailAnswer] | None:
        if time.monotonic() < ends_at:
            pace.wait()
        if time.monotonic() >= ends_at:
            return None
        return domain, look_up(resolver, domain, config.timeout_seconds)

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="mail-servers") as pool:
        for found in pool.map(answer, domains):
            if found is not None:
                yield found
