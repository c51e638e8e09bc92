"""Training rows: labels, features as known at each row's time, and periods in time order."""
