"""`portal check`: what is well is said, what is not is named with the way to mend it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result

from portal.cli import cli
from tests.payments.stripe_stand_in import ACCOUNT, SECRET_KEY, StripeStandIn

GOOD_KEY = "vT4m-9Qz_xB2sW8kLr6Yc1Hn5Jd3Pf7Ga0Ue-Xo"


@pytest.fixture(scope="module")
def mail_port() -> Iterator[int]:
    """The port of a mail server that takes everything."""

    class Takes:
        pass

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    controller = Controller(Takes(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def good(database_url: str, tmp_path: Path, mail_port: int) -> dict[str, str]:
    """An environment in which all is well."""
    return {
        "DATABASE_URL": database_url,
        "PORTAL_INSTANCE_DIR": str(tmp_path),
        "SECRET_KEY": GOOD_KEY,
        "PORTAL_MAIL_PORT": str(mail_port),
    }


def check(environment: dict[str, str]) -> Result:
    """Run the command in an environment."""
    return CliRunner().invoke(cli, ["check"], env=environment)


def found_wrong(result: Result) -> list[str]:
    """The lines of what was found wrong."""
    return [line for line in result.output.splitlines() if line.startswith("wrong")]


def test_all_well_is_status_0(good: dict[str, str]) -> None:
    result = check(good)
    assert result.exit_code == 0, result.output
    assert [line.split(":")[0] for line in result.output.splitlines()] == [
        f"ok     {part}"
        for part in (
            "Configuration",
            "Signing key",
            "Database",
            "Tables",
            "Mail server",
            "Storage",
            "Malware scanner",
            "Clock",
            "Card payments",
            "Ledger",
            "Audit trail",
        )
    ]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"SECRET_KEY": "secret" * 8}, "wrong  Signing key: SECRET_KEY is easy to guess"),
        ({"PORTAL_MAIL_PORT": "1"}, "wrong  Mail server: 127.0.0.1 port 1 does not answer"),
        ({"PORTAL_STORAGE_DIR": "/dev/null/files"}, "wrong  Storage: /dev/null/files cannot be written"),
        ({"PORT": "http"}, "wrong  Configuration: PORT: "),
        ({"DATABASE_URL": "mysql://x"}, "wrong  Configuration: DATABASE_URL must start with postgresql://"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else(
    good: dict[str, str], changed: dict[str, str], line: str
) -> None:
    result = check(good | changed)
    assert result.exit_code == 1
    assert len(found_wrong(result)) == 1, result.output
    assert found_wrong(result)[0].startswith(line)


def test_every_wrong_setting_is_named_at_once(good: dict[str, str]) -> None:
    result = check(good | {"PORT": "http", "PORTAL_LOG_LEVEL": "LOUD"})
    assert [line.split(":")[1].strip() for line in found_wrong(result)] == ["PORT", "PORTAL_LOG_LEVEL"]


def test_a_database_out_of_reach_is_told_and_the_rest_is_still_examined(good: dict[str, str]) -> None:
    result = check(good | {"DATABASE_URL": "postgresql://127.0.0.1:1/portal"})
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in found_wrong(result)] == [
        "wrong  Database", "wrong  Tables", "wrong  Clock", "wrong  Ledger", "wrong  Audit trail",
    ]  # fmt: skip
    assert "Check DATABASE_URL." in found_wrong(result)[0]
    assert "ok     Storage" in result.output


def test_tables_that_were_never_made_are_told(good: dict[str, str], empty_database: str) -> None:
    result = check(good | {"DATABASE_URL": empty_database})
    assert len(found_wrong(result)) == 1
    assert found_wrong(result)[0].startswith("wrong  Tables: the tables are not made, this version needs ")
    assert found_wrong(result)[0].endswith("run portal migrate")


@pytest.fixture(scope="module")
def stripe() -> Iterator[str]:
    """The address of the stand-in for Stripe's API."""
    with StripeStandIn() as stand_in:
        yield stand_in.address


def with_stripe(good: dict[str, str], address: str, **changes: str) -> dict[str, str]:
    """The environment with card payment through the stand-in."""
    stripe = {
        "PORTAL_STRIPE_API_URL": address, "PORTAL_STRIPE_SECRET_KEY": SECRET_KEY,
        "PORTAL_STRIPE_WEBHOOK_SECRETS": "whsec_of_tests", "PORTAL_STRIPE_ACCOUNT": ACCOUNT,
    }  # fmt: skip
    return good | stripe | changes


def test_stripe_is_asked_whose_key_it_is(good: dict[str, str], stripe: str) -> None:
    result = check(with_stripe(good, stripe))
    assert result.exit_code == 0, result.output
    assert f"ok     Card payments: Stripe account {ACCOUNT} answers" in result.output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"PORTAL_STRIPE_SECRET_KEY": "sk_test_revoked"}, "check PORTAL_STRIPE_SECRET_KEY"),
        ({"PORTAL_STRIPE_ACCOUNT": "acct_of_others"}, "PORTAL_STRIPE_ACCOUNT names another"),
        ({"PORTAL_STRIPE_API_URL": "http://127.0.0.1:9"}, "Stripe does not answer"),
    ],
)
def test_card_payment_that_cannot_work_is_told(
    good: dict[str, str], stripe: str, change: dict[str, str], told: str
) -> None:
    result = check(with_stripe(good, stripe, **change))
    assert result.exit_code == 1
    assert [told in line for line in found_wrong(result)] == [True]
