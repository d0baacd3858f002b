"""Files, folders and processes; knows nothing of caching."""
