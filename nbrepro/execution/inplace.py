"""Where panels of a page that was loaded before an update look for "Restart pinned"; it lives in `nbrepro.pinning`."""

from nbrepro.pinning.inplace import restart_pinned

__all__ = ["restart_pinned"]
