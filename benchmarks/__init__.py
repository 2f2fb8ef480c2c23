"""Speed of the model: what a month costs, what a plain Mesa month costs, and what a user waits for.

``python -m benchmarks`` measures everything in one go and prints a table; ``make benchmark`` runs the same pieces under
pytest-benchmark. See docs/performance.md.
"""
