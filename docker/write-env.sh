#!/bin/sh
# Write .env (or the file named) from .env.example, with a new random value for every secret. Never replaces a file.
set -eu
cd "$(dirname "$0")/.."
target=${1:-.env}
if [ -e "$target" ]; then
    echo "$target is already there, with secrets that running servers know; move it away first." >&2
    exit 1
fi

umask 077
draft=$target.draft
while IFS= read -r line; do
    case $line in
        PERENNIAL_AIRFLOW_FERNET_KEY=) echo "$line$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')" ;;
        [A-Z]*=) echo "$line$(head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" ;;
        *) printf '%s\n' "$line" ;;
    esac
done < .env.example > "$draft"
mv "$draft" "$target"
echo "Wrote $target. Next: docker compose up --build --detach --wait"
