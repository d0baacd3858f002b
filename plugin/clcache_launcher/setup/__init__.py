"""clcache-setup: finds tools, decides, writes."""
