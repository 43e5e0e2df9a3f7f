"""Some two hundred acts at random, on the portal and on a plain model of it: no difference (HOW-5)."""

import pytest

from tests.bookings.session_play import Play

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def clock():
    """This play has a clock of its own."""
    return


def test_the_portal_does_what_the_model_says(world):
    play = Play(seed=6)
    try:
        play.run(200)
    finally:
        play.close()
    assert play.differences == []
    happened = {what.split(": ")[0] for what in play.acts}
    assert {"hold", "book", "move", "cancel", "be_away", "jump"} <= happened
    assert play.acts["book: booked"] > 5
