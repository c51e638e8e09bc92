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


def kill_a_build(generator: random.Random, up_to_models: int = 40) -> bool:
    """Start a build, SIGKILL it and dbt at a random time; whether it died before it was done."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    count_lines = generator.randrange(1, 2 * up_to_models)  # a model prints one when it begins, and one when it ends
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(count_lines):
            process.stdout.readline()
        time.sleep(generator.uniform(0, 0.1))
        os.killpg(process.pid, signal.SIGKILL)
    return process.returncode == -signal.SIGKILL
