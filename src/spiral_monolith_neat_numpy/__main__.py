"""``python -m spiral_monolith_neat_numpy`` is the command ``spiral-neat``."""

from spiral_neat_command import main

if __name__ == "__main__":
    main()
