"""As root, PostgreSQL runs under an account of its own: it refuses to be root."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from portal.embedded.wheel import EmbeddedError, binaries, wheel

SYSTEM_ACCOUNT = "pgserver"


def identity() -> dict[str, Any]:
    """What `subprocess` is told of the account to run PostgreSQL's programs as: as root not root, nor its groups."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(SYSTEM_ACCOUNT)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """As root: let the server's account own `path` and reach it and the wheel's programs."""
    if os.geteuid() != 0:
        return
    _make_account()
    shutil.chown(path, SYSTEM_ACCOUNT)
    if path.is_dir():
        programs = binaries()
        wheel().ensure_folder_permissions(programs.parent, stat.S_IRGRP | stat.S_IROTH)
        wheel().ensure_folder_permissions(programs, stat.S_IXGRP | stat.S_IXOTH)
        for folder in {*path.parents, *programs.parents}:
            if not (mode := folder.stat().st_mode) & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)


def _make_account() -> None:
    try:
        wheel().ensure_user_exists(SYSTEM_ACCOUNT)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the account {SYSTEM_ACCOUNT} cannot be made: "
            "start as an ordinary user, or set DATABASE_URL"
        ) from error
