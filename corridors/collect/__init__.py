"""Outside sources: files on disk and OpenStreetMap. The network is used only here, and only when asked."""
