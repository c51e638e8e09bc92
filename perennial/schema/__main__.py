"""`python -m perennial.schema`: prepare the warehouse of servers that others run, and the home beside it.

What `perennial up` does for the embedded servers. Settings come from `PERENNIAL_*` variables, with the owner's
password in `PERENNIAL_DATABASE_URL`. Safe to run at any time.
"""

import shutil
import sys

from perennial.lifecycle import DEFAULTS
from perennial.schema.migrations import apply_schema
from perennial.settings import load_settings
from perennial.tool_environment import write_dbt_profile


def main() -> None:
    settings = load_settings()
    (settings.home / "inbox").mkdir(parents=True, exist_ok=True)
    if not (settings.home / "lifecycle.yml").exists():
        shutil.copyfile(DEFAULTS, settings.home / "lifecycle.yml")
    applied = apply_schema(settings)
    profile = write_dbt_profile(settings)
    sys.stdout.write(f"Schema: applied {', '.join(applied) or 'nothing, all was there'}\ndbt profile: {profile}\n")


if __name__ == "__main__":
    main()
