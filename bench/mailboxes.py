"""A mailbox of Dovecot, in a folder of its own and on free ports, for as long as a bench runs."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.stage import HOST, free_port

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = {host}
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%n
recipient_delimiter = +
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = {host}
    port = {lmtp}
  }}
}}
"""


@dataclass(frozen=True)
class Mailbox:
    """Where mail is laid in (LMTP), and where it is read (IMAP, any user, one password)."""

    lmtp: int
    imap: int
    password: str


def is_installed() -> bool:
    """Whether this machine has Dovecot."""
    return shutil.which("dovecot") is not None


@contextmanager
def dovecot(folder: Path) -> Iterator[Mailbox]:
    """A running Dovecot. It has to be started as root, since it serves as users of its own."""
    box = Mailbox(free_port(), free_port(), "only-for-this-bench")
    for name in ("run", "state", "mail"):
        (folder / name).mkdir(parents=True)
    for name in (folder, folder / "mail"):
        shutil.chown(name, "mail", "mail") if name != folder else name.chmod(0o755)
    config = folder / "dovecot.conf"
    told = {"folder": folder, "host": HOST, "imap": box.imap, "lmtp": box.lmtp, "password": box.password}
    config.write_text(CONFIG.format(**told))
    running = subprocess.Popen(["dovecot", "-F", "-c", str(config)])
    try:
        yield box
    finally:
        running.terminate()
        running.wait(timeout=20)
