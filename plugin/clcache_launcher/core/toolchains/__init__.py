"""Which compiler it is, and what it answers when it is asked."""
