"""Airflow's DAG chain: started, followed run by run, and drawn."""
