"""Documents: pages as frames and as words with boxes, read by a process of its own that may crash, hang or run wild."""
