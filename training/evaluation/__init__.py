"""How good a model is on a later period than it was fitted and calibrated on."""
