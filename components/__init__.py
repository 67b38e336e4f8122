"""The visual vocabulary: one module, one piece, one ``show(…, key=)`` that draws and returns intent; starts and saves nothing."""
