"""How far values may go that a scale is taken from."""

HUGE = 1e300  # values beyond are cut: differences and their ratios stay finite
