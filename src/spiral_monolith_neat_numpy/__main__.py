"""``python -m spiral_monolith_neat_numpy`` is the command ``spiral-neat``.

Python imports the package before this file, about a second in which Ctrl-C prints where it came.
``spiral-neat`` and ``python -m spiral_neat_command`` heed it from their first line.
"""

from spiral_neat_command import main

if __name__ == "__main__":
    main()
