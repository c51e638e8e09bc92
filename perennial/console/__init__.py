"""The interfaces of the platform: the command line and the HTTP API. Here, and in `dags/`, packages are composed."""
