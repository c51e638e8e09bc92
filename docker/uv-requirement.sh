#!/bin/sh
# Print the lock's own entry for uv, hashes included: uv-requirement.sh requirements.lock
set -eu
awk '/^uv==/ {inside = 1; print; next} inside && /^    --hash/ {print; next} inside {exit}' "$1" | sed '$ s/ *\\$//'
