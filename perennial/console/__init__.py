"""The faces of the platform: the command line and the HTTP API. Here, and in `dags/`, rooms are composed."""
