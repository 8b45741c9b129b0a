"""Training: epochs in, the best weights out. Nothing here knows of estimators."""
