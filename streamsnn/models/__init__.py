"""Estimators with river's verbs."""
