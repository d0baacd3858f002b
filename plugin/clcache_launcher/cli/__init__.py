"""The front end: words and switches that look after the cache."""
