"""The demo's data: five organisations and two years of support, made from a fixed seed, relative to today.

The texts are in the TOML files; `load` makes rows of them. `progress(done, total)` counts tickets.
"""

from portal.demo.cast import ACCOUNTS, PASSWORD, Account
from portal.demo.load import LoadReport, load

__all__ = ["ACCOUNTS", "PASSWORD", "Account", "LoadReport", "load"]
