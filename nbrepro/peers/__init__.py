"""What other tools wrote into a project: nbval's markers and files, pytest-notebook's and nbmake's metadata."""
