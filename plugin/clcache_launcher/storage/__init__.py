"""Where entries, results and artifacts are."""
