"""Where Conan keeps what is its own."""
