"""Files that are opened past Python's own ``open``: Linux tells of them, elsewhere the readers themselves do."""
