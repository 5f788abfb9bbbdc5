"""What lives in the user's kernel; `nbrepro.kernel.extension` is the way in."""
