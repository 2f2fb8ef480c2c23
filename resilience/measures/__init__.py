"""What is measured: the headline measures, the statutory test and the functional test."""
