#!/usr/bin/env python
"""Exit 0 when a service answers and the parts named are healthy in its answer: healthy.py URL [PART...].

Raises, and so exits 1, when it does not answer or a part is not healthy.
"""

import json
import sys
import urllib.request


def check(url: str, parts: list[str]) -> None:
    with urllib.request.urlopen(url, timeout=8) as answer:  # noqa: S310  # the address stands in docker-compose.yml
        content = answer.read()
    health = json.loads(content) if parts else {}
    unhealthy = {part: health.get(part) for part in parts if health.get(part, {}).get("status") != "healthy"}
    if unhealthy:
        raise SystemExit(f"{url}: {unhealthy}")


if __name__ == "__main__":
    check(sys.argv[1], sys.argv[2:])
