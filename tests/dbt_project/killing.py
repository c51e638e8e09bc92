"""Builds that are killed while they work."""

import os
import random
import signal
import subprocess
import sys
import time

PROGRAM = """
from perennial.warehouse import build
build(select="resource_type:model", progress=lambda name, status, seconds: print(name, status, flush=True))
"""


def kill_a_build(chance: random.Random, up_to_models: int = 40) -> bool:
    """Start a build, SIGKILL it and dbt at a random moment of its work; whether it died before it was done."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    told_before = chance.randrange(1, 2 * up_to_models)  # a model tells that it began, and that it ended
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(told_before):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.1))
        os.killpg(process.pid, signal.SIGKILL)
    return process.returncode == -signal.SIGKILL
