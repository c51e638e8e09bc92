#!/bin/sh
# Everything the other services need to find: roles, databases, schemas, the home, Airflow's tables, pool and login.
# Each step may run again at any time; a password changed in .env is taken over.
set -eu

python -m perennial.schema
airflow db migrate
airflow pools set warehouse 2 "Tasks that load the warehouse"

# The password goes by standard input and so into no command line; `setsid` keeps the prompt from asking a terminal.
twice() {
    printf '%s\n%s\n' "$PERENNIAL_AIRFLOW_PASSWORD" "$PERENNIAL_AIRFLOW_PASSWORD"
}
twice | setsid --wait airflow users create --role Admin --username "$PERENNIAL_AIRFLOW_USERNAME" \
    --firstname Perennial --lastname Admin --email "$PERENNIAL_AIRFLOW_USERNAME@perennial.invalid"
twice | setsid --wait airflow users reset-password --username "$PERENNIAL_AIRFLOW_USERNAME"
