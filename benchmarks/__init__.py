"""Speed of the model: what a month costs, what a plain Mesa month costs, and what a user waits for."""
