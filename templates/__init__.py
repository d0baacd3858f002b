"""Jinja2 templates of the files that clcache-setup writes, named after them."""
