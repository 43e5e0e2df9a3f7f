"""One spelling of an address, a name, a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.identity import normalise_email, normalise_name, normalise_phone
from portal.errors import Invalid

SAME = "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "typed",
    [
        "ada@bücher.example", "ADA@BÜCHER.EXAMPLE", " ada@bücher.example\n", "ada@xn--bcher-kva.example",
        "ada@bu\u0308cher.example", "\ufeffada@bücher.example\u200b", "ａｄａ@bücher.example", "ada@bücher。example",
    ],
)  # fmt: skip
def test_spellings_of_one_address(typed: str) -> None:
    assert normalise_email(typed) == SAME


def test_sharp_s_is_a_domain_of_its_own() -> None:
    assert normalise_email("a@faß.example") != normalise_email("a@fass.example")


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "ada@", "@x.example", "ada@x", "a b@x.example", "ada@x.example, bob@x.example", "a\x00@x.example",
     "Ada <ada@x.example>", "ada@x.example\r\nBcc: b@x.example", "ada@[127.0.0.1]", "用户@x.example", "a" * 300 + "@x.example"],
)  # fmt: skip
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise_email(typed)
    assert list(refused.value.fields) == ["email"]


@given(st.text(max_size=30), st.sampled_from(["x.example", "BÜCHER.example", "faß.example", "ΣΑΣ.example"]))
def test_normal_form_is_stable_and_lower_case(local: str, domain: str) -> None:
    try:
        once = normalise_email(f"{local}@{domain}")
    except Invalid:
        return
    assert normalise_email(once) == once == once.lower()
    assert once.isascii()


def test_names_keep_their_letters() -> None:
    assert normalise_name(" Mikkel\u00a0Sandbæk\t(IT) ") == "Mikkel Sandbæk (IT)"
    assert normalise_name("Zoe\u0308") == "Zo\u00eb"


def test_numbers() -> None:
    assert normalise_phone(" +44  (1632) 960-118 ext. 4 ") == "+44 (1632) 960-118 ext. 4"
    assert normalise_phone("") == ""
