"""Addresses that email-validator documents as valid or not, and ones like them: its answer is ours."""

from __future__ import annotations

import pytest

from tests.contacts.differential.emails import answers, expected

VALID = [
    "Abc@example.tld", "Abc.123@test-example.com", "user+mailbox/department=shipping@example.tld",
    "!#$%&'*+-/=?^_`.{|}~@example.tld", "伊昭傑@郵件.商務", "राम@मोहन.ईन्फो", "юзер@екзампл.ком", "θσερ@εχαμπλε.ψομ",
    "葉士豪@臺網中心.tw", "jeff@臺網中心.tw", "葉士豪@臺網中心.台灣", "jeff葉@臺網中心.tw", "ñoñó@example.tld",
    "我買@example.tld", "甲斐黒川日本@example.tld", "чебурашкаящик-с-апельсинами.рф@example.tld",
    "उदाहरण.परीक्ष@domain.with.idn.tld", "ιωάννης@εεττ.gr", "abc@xn--mnchen-3ya.de", "me@anything.c\u0327om.com",
    "jeff@xn--fiq228c.tw", "example@xn--p1ai.xn--p1ai", "o'neil@example.tld", "a@b.co", "x_y@sub.domain.example.tld",
    "POSTMASTER@Example.TLD", "Info@example.tld", "UsEr@ExAmPlE.tld", "1234567890@example.tld", "_@example.tld",
    f"{'a' * 64}@example.tld", f"{'a' * 65}@example.tld", f"a@{'b' * 63}.tld", "a@1a.com", "a@a-b.c1a", "a@①.com", "a@א1.com",
]  # fmt: skip
NOT_VALID = [
    "plainaddress", "@", "@example.tld", "abc", "my@localhost", "my@.leadingdot.com", "my@．．leadingfwdot.com",
    "my@twodots..com", "my@twofwdots．．.com", "my@trailingdot.com.", "my@trailingfwdot.com．", "me@-leadingdash",
    "me@－leadingdashfw", "me@trailingdash-", "me@trailingdashfw－", "my@baddash.-.com", "my@baddash.-a.com",
    "my@baddash.b-.com", "my@baddashfw.－.com", "my@baddashfw.－a.com", "my@baddashfw.b－.com", "my@example.com\n",
    "me@x!", "me@x ", ".leadingdot@domain.com", "twodots..here@domain.com", "trailingdot.@domain.email",
    "me@⒈wouldbeinvalid.com", "me@\u037e.com", "me@\u1fef.com", "@example.com", "white space@test", "test@white space",
    "\nmy@example.com", "m\ny@example.com", "my\n@example.com", "me.\u037e@example.com", "test@\n",
    "bad\"quotes\"@example.com",
    "obsolete.\"quoted\".atom@example.com",
    "11111111112222222222333333333344444444445555555555666666666677777@example..com",
    f"me@{'1' * 64}.com",
    f"my.{'long' * 70}@example.com", f"my.long.address@{'1111111111.' * 25}info",
    f"my.λong.address@{'1111111111.' * 23}info", f"my.long.address@{'λ111111111.' * 20}info",
    "me@bad-tld-1", "me@bad.tld-2",
    "me@xn--0.tld", "me@yy--0.tld", "me@yy－－0.tld", "me@[127.0.0.1]", "me@[127.0.0.999]", "me@[IPv6:::1]",
    "me@[IPv6:::G]",
    "me@[tag:text]", "me@[untaggedtext]", "me@[tag:invalid space]", "me@[", "me@[]", '"quoted"@example.com',
    '"quoted with spaces"@example.com', '"unclosed@example.com', '"a"b@example.com', "Name <me@example.com>",
    "<me@example.com>", "<me@example.com", "me@example.com>", '"Name" <me@example.com>', "Name.Dot <me@example.com>",
    "me@test",
    "me@sub.test", "me@host.local", "me@localhost", "me@sub.localhost", "me@x.invalid", "me@x.onion", "me@in-addr.arpa",
    "me@example", "me@123.456", "me@under_score.com", "me@com", "me@@example.com", "me@ex@ample.com", "me＠example.com",
    "me﹫example.com", "me@example,com", "\u0301a@example.com", "a\u200b@example.com",
    "a\u2028b@example.com", "\ue000@example.com",
    "a@\u0301b.com", "a@b\u00ad.com", "a@1.אב.com", "a\x00@example.com", "a@b\x7f.com", "", " ", "\x1c",
]  # fmt: skip


@pytest.mark.parametrize("value", [*VALID, *NOT_VALID], ids=ascii)
def test_a_documented_address_has_the_librarys_answer(value: str) -> None:
    assert next(answers([value])) == expected(value)


def test_the_table_holds_what_it_says() -> None:
    assert [value for value in VALID if not expected(value)[0]] == []
    taken = [value for value in NOT_VALID if expected(value)[0]]
    assert taken == []
