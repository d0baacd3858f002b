"""What is there and what is not: files by content, folders by their names, the clock."""
