"""Random acts on live sessions, on the portal and on a plain model of it, laid side by side after each.

    .venv/bin/python -m bench.session_model [--acts 10000] [--seed 1] [--minutes 20]

Holds, bookings, moves, hand-overs, cancellations, holds that run out, absences, changes of licence, contacts
removed, jumps of the clock: what each must come to is said by `tests/bookings/session_model.py`, which has none
of the portal's code. The portal runs on a throw-away database, without a server. Ends with 1 when there was a
difference, or when time ran out before all acts were done.
"""

import argparse
import sys
from time import perf_counter

from bench.stage import Stage, stage
from portal import create_app
from portal.config import load_settings
from portal.db import db
from tests.bookings.session_play import Play

AT_A_TIME = 250
SETTINGS = {"PORTAL_LOG_LEVEL": "WARNING"}


def main() -> int:
    """Play, and print what happened; the exit status."""
    arguments = _arguments()
    with stage(**SETTINGS) as place:
        return _play(place, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Random acts on live sessions against a model.")
    parser.add_argument("--acts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=20, help="give up after so long")
    return parser.parse_args()


def _play(place: Stage, arguments: argparse.Namespace) -> int:
    began = perf_counter()
    app = create_app(load_settings(place.environment))
    with app.app_context():
        play = Play(arguments.seed)
        try:
            done = _acts(play, arguments.acts, began + arguments.minutes * 60)
        finally:
            play.close()
            db.session.remove()
            db.engine.dispose()
    for what, number in sorted(play.acts.items()):
        print(f"{number:6} {what}")
    print(f"{done} acts, {len(play.differences)} differences, {perf_counter() - began:.0f} seconds")
    print("\n".join(play.differences[:20]))
    return 1 if play.differences or done < arguments.acts else 0


def _acts(play: Play, wanted: int, deadline: float) -> int:
    done = 0
    while done < wanted and perf_counter() < deadline and not play.differences:
        acts = min(AT_A_TIME, wanted - done)
        play.run(acts)
        done += acts
    return done


if __name__ == "__main__":
    sys.exit(main())
