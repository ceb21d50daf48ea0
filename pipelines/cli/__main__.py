"""``python -m pipelines.cli``: the command ``leadgrade`` where it is not on the path."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
