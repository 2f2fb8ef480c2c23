"""Reports: a results folder as one HTML file that opens from disk, prints, and asks nothing of any network."""
