"""A name server on 127.0.0.1 for tests: it answers from a dict, and misbehaves where told."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# a name's records by type ({"MX": ["10 mx.acme.com."]}), or a word: servfail, refused, silent, slow, broken
Zone = Mapping[str, Mapping[str, list[str]] | str]
SLOW_SECONDS = 0.4


@dataclass
class NameServer:
    """Where it listens, and (name, type, time) of every question that it was asked."""

    zone: Zone
    address: str = ""
    asked: list[tuple[str, str, float]] = field(default_factory=list)

    def names(self) -> list[str]:
        """Names that were asked for, in order, once each."""
        return list(dict.fromkeys(name for name, _, _ in self.asked))

    def respond(self, wire: bytes) -> bytes | None:
        """The answer to a message; None for silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, time.monotonic()))
        found = self.zone.get(name)
        if found == "silent":
            return None
        if found == "broken":
            return b"\x00\x01"
        if found == "slow":
            time.sleep(SLOW_SECONDS)
            found = {"MX": ["10 mx.slow.test."]}
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        self._fill(response, name, kind, found)
        return response.to_wire()

    def _fill(
        self, response: dns.message.Message, name: str, kind: str, found: Mapping[str, list[str]] | str | None
    ) -> None:
        if found in ("servfail", "refused"):
            response.set_rcode(dns.rcode.from_text(str(found).upper()))
            return
        if found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
            return
        assert isinstance(found, Mapping)
        if "CNAME" in found:
            target = found["CNAME"][0]
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", target))
            self._fill(response, target.rstrip("."), kind, self.zone.get(target.rstrip(".")))
        elif kind in found:
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *found[kind]))


@contextmanager
def name_server(zone: Zone) -> Iterator[NameServer]:
    """A running server; it is gone afterwards."""
    server = NameServer(zone)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            answer = server.respond(wire)
            if answer is not None:
                socket.sendto(answer, self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server.address = f"127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        listening.shutdown()
        thread.join()
