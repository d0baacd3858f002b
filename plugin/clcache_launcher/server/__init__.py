"""The resident core: end point, connections, threads."""
