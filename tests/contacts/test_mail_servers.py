"""Whether domains take mail, asked of a name server on this machine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from leadgrade.config.run import MailServersConfig
from leadgrade.contacts.mail_lookup import Pace, look_up, look_up_all, make_resolver
from leadgrade.run import Run
from tests.contacts.dns_server import SLOW_SECONDS, NameServer, Zone, name_server
from tests.contacts.stage import build_stage, make_raw
from tests.support import AS_OF, REPOSITORY, make_run

ZONE: Zone = {
    "acme.com": {"MX": ["20 backup.acme.com.", "10 MX1.Google.com."]},
    "nullmx.com": {"MX": ["0 ."]},
    "mixed.com": {"MX": ["0 .", "10 mx.mixed.com."]},
    "address.com": {"A": ["192.0.2.1"]},
    "address6.com": {"AAAA": ["2001:db8::1"]},
    "empty.com": {"TXT": ['"nothing"']},
    "alias.com": {"CNAME": ["acme.com."]},
    "alias-to-address.com": {"CNAME": ["address.com."]},
    "alias-to-nothing.com": {"CNAME": ["gone.com."]},
    "servfail.com": "servfail",
    "refused.com": "refused",
    "silent.com": "silent",
    "broken.com": "broken",
    "slow.com": "slow",
    "half.com": {"MX": ["10 mx.half.com."]},
}
STATUSES = {
    "acme.com": ("mx", "mx1.google.com"),
    "nullmx.com": ("null_mx", None),
    "mixed.com": ("mx", "mx.mixed.com"),
    "address.com": ("a_only", "address.com"),
    "address6.com": ("a_only", "address6.com"),
    "empty.com": ("none", None),
    "absent.com": ("none", None),
    "alias.com": ("mx", "mx1.google.com"),
    "alias-to-address.com": ("a_only", "alias-to-address.com"),
    "alias-to-nothing.com": ("none", None),
    "servfail.com": ("error", None),
    "refused.com": ("error", None),
    "silent.com": ("timeout", None),
    "slow.com": ("mx", "mx.slow.test"),
    "a" * 64 + ".com": ("error", None),
}


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with name_server(ZONE) as running:
        yield running


def config(server: NameServer, **changes: Any) -> MailServersConfig:
    values = {"enabled": True, "timeout_seconds": 1, "queries_per_second": 1000, "nameservers": [server.address]}
    return MailServersConfig(**(values | changes))


@pytest.mark.parametrize(
    ("domain", "answer"), STATUSES.items(), ids=lambda v: v if isinstance(v, str) and len(v) < 30 else ""
)
def test_status_of_a_domain(server: NameServer, domain: str, answer: tuple[str, str | None]) -> None:
    assert tuple(look_up(make_resolver(config(server)), domain, 1)) == answer


def test_what_is_no_answer_is_a_failure_and_no_exception(server: NameServer) -> None:
    found = look_up(make_resolver(config(server)), "broken.com", 0.5)
    assert found.status in {"error", "timeout"}


def test_a_server_that_is_not_there_is_a_failure_and_no_exception() -> None:
    with name_server({}) as gone:
        pass
    found = look_up(make_resolver(config(gone)), "acme.com", 0.3)
    assert found.status in {"error", "timeout"}


@pytest.mark.parametrize("domain", ["silent.com", "slow.com"])
def test_a_domain_takes_no_longer_than_its_timeout(server: NameServer, domain: str) -> None:
    start = time.monotonic()
    found = look_up(make_resolver(config(server)), domain, 0.2)
    assert found.status == "timeout"
    assert time.monotonic() - start < 0.2 + SLOW_SECONDS


def test_many_domains_are_asked_side_by_side(server: NameServer) -> None:
    start = time.monotonic()
    found = dict(look_up_all(["silent.com"] * 12 + ["acme.com"], config(server, timeout_seconds=0.4)))
    assert {domain: answer.status for domain, answer in found.items()} == {"silent.com": "timeout", "acme.com": "mx"}
    assert time.monotonic() - start < 2


def test_the_nights_seconds_end_the_look_ups_and_not_the_run(server: NameServer) -> None:
    start = time.monotonic()
    found = list(look_up_all(["silent.com"] * 500, config(server, timeout_seconds=0.3, seconds_per_night=0.5)))
    assert 0 < len(found) < 100
    assert time.monotonic() - start < 3


def test_no_more_questions_a_second_than_allowed() -> None:
    with name_server(ZONE) as server:
        list(look_up_all(["acme.com"] * 9, config(server, queries_per_second=20)))
        times = [at for _, _, at in server.asked]
    assert len(times) == 9
    assert times[-1] - times[0] > 8 / 20 * 0.8


def test_the_pace_is_even_and_does_not_catch_up_after_a_pause() -> None:
    now = [0.0]
    waits: list[float] = []
    pace = Pace(2, clock=lambda: now[0])
    for at in (0, 0, 0, 10, 10):
        now[0] = at
        pace.wait(waits.append)
    assert waits == [0.5, 1.0, 0.5]


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
    ],
)
def test_a_name_server_is_an_address_with_or_without_a_port(server: str, address: tuple[str, int]) -> None:
    asked = make_resolver(MailServersConfig(nameservers=[server])).nameservers[0]
    assert (asked.address, asked.port) == address


@pytest.mark.parametrize("server", ["dns.acme.com", "1.2.3", "", "1.2.3.4:x"])
def test_what_is_no_address_is_a_fault_of_the_configuration(server: str) -> None:
    with pytest.raises(ValidationError):
        MailServersConfig(nameservers=[server])


# --- the table


def night(home: Path, mail: MailServersConfig | None, engine: Any = None, *, day: int = 0, full: bool = False) -> Run:
    run = make_run(home, engine, as_of=AS_OF + timedelta(days=day), full=full)
    changed = run.settings.run.model_copy(update={"mail_servers": mail or MailServersConfig()})
    object.__setattr__(run, "settings", run.settings.__class__(**{**_fields(run.settings), "run": changed}))
    return run


def _fields(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def leads(*addresses: str) -> list[dict[str, Any]]:
    return [
        {"lead_id": f"l_{n}", "source": "meta_leads", "source_record_id": f"r{n}", "email": address}
        for n, address in enumerate(addresses)
    ]


def statuses(run: Run) -> dict[str, str]:
    frame = run.engine.read("contacts.mail_servers")
    assert frame["domain"].is_unique().all()
    return dict(frame.sort("domain").select("domain", "status").iter_rows())


def told(run: Run) -> dict[str, tuple[str, str]]:
    return {
        r[0]: (r[1], r[2])
        for r in run.engine.read("contacts.emails", ["email_raw", "mail_status", "level"]).iter_rows()
    }


ADDRESSES = (
    *("a@acme.com", "b@acme.com", "a@nullmx.com", "a@address.com", "a@absent.com", "a@servfail.com"),
    *("a@example.com", "no address", "a@x.test", "a@nosuchending.zzzz"),
)


def test_off_nothing_is_asked_and_the_table_is_empty(tmp_path: Path) -> None:
    run = night(tmp_path, None)
    make_raw(run, leads(*ADDRESSES))
    build_stage(run)
    assert statuses(run) == {}
    assert {status for status, _ in told(run).values()} == {"not_asked"}
    assert {level for _, level in told(run).values()} == {"invalid", "syntax"}
    run.engine.close()


def test_off_dnspython_is_not_even_imported() -> None:
    code = "import sys, leadgrade.contacts.build; assert 'dns' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)


def test_each_domain_of_a_valid_address_is_asked_once_and_told_to_its_addresses(tmp_path: Path) -> None:
    with name_server(ZONE) as server:
        run = night(tmp_path, config(server))
        make_raw(run, leads(*ADDRESSES))
        build_stage(run)
        assert sorted(server.names()) == ["absent.com", "acme.com", "address.com", "nullmx.com", "servfail.com"]
    assert statuses(run) == {
        "absent.com": "none",
        "acme.com": "mx",
        "address.com": "a_only",
        "nullmx.com": "null_mx",
        "servfail.com": "error",
    }
    assert told(run) == {
        "a@acme.com": ("mx", "domain"),
        "b@acme.com": ("mx", "domain"),
        "a@address.com": ("a_only", "domain"),
        "a@nullmx.com": ("null_mx", "syntax"),
        "a@absent.com": ("none", "syntax"),
        "a@servfail.com": ("error", "syntax"),
        "a@example.com": ("not_asked", "syntax"),
        "a@nosuchending.zzzz": ("not_asked", "syntax"),
        "a@x.test": ("not_asked", "invalid"),
        "no address": ("not_asked", "invalid"),
    }
    row = run.engine.collect("select * from contacts.mail_servers where domain = 'acme.com'").row(0, named=True)
    assert row == {
        "domain": "acme.com",
        "status": "mx",
        "mx_host": "mx1.google.com",
        "mx_domain": "google.com",
        "checked_at": AS_OF,
        "expires_at": AS_OF + timedelta(days=30),
    }
    run.engine.close()


def test_an_answer_is_kept_until_it_expires_and_a_failure_until_the_next_night(tmp_path: Path) -> None:
    with name_server(ZONE) as server:
        mail = config(server, time_to_live_days=7)
        run = night(tmp_path, mail)
        make_raw(run, leads(*ADDRESSES))
        build_stage(run)
        asked = []
        for day, full in ((1, False), (6, False), (7, False), (8, True)):
            server.asked.clear()
            later = night(tmp_path, mail, run.engine, day=day, full=full)
            build_stage(later)
            asked.append(sorted(server.names()))
            assert told(later)["a@acme.com"] == ("mx", "domain")
        everything = ["absent.com", "acme.com", "address.com", "nullmx.com", "servfail.com"]
        assert asked == [["servfail.com"], ["servfail.com"], everything, everything]
        make_raw(run, leads("a@acme.com"))
        build_stage(night(tmp_path, mail, run.engine, day=9))
        assert statuses(run) == {"acme.com": "mx"}
    run.engine.close()


def test_what_the_nights_limit_leaves_out_waits_for_the_next_the_most_used_first(tmp_path: Path) -> None:
    with name_server(ZONE) as server:
        run = night(tmp_path, config(server, max_domains_per_night=1))
        make_raw(run, leads(*ADDRESSES))
        build_stage(run)
        assert server.names() == ["acme.com"]
        assert set(statuses(run).values()) == {"mx", "not_asked"}
        assert len(statuses(run)) == 5
        build_stage(night(tmp_path, config(server, max_domains_per_night=1), run.engine, day=1))
        assert len(server.names()) == 2
    run.engine.close()


def test_a_dead_name_server_makes_timeouts_and_the_stage_goes_on(tmp_path: Path) -> None:
    with name_server(
        dict.fromkeys(("acme.com", "nullmx.com", "address.com", "absent.com", "servfail.com"), "silent")
    ) as server:
        run = night(tmp_path, config(server, timeout_seconds=0.2))
        make_raw(run, leads(*ADDRESSES))
        assert len(build_stage(run)) == len(ADDRESSES)
    assert set(statuses(run).values()) == {"timeout"}
    assert told(run)["a@acme.com"] == ("timeout", "syntax")
    run.engine.close()
