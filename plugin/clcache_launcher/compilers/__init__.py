"""What command lines and outputs of compilers mean."""
