"""Explain: why providers failed in kept results, and what happened to one of them."""
