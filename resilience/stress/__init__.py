"""Stress: from one saved month, let each provider fail in turn, then several at once, and see what is not re-placed."""
