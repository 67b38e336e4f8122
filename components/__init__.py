"""The visual vocabulary: one module, one piece, one ``show(…, key=)``.

A piece draws, and gives what the visitor wants as an intent or an edit, returned or to a callback; it starts and saves
nothing. Only ``session`` and the ``design`` modules act on the workspace.
"""
