"""What a source tells by its bytes, found by one scan of each content."""
