"""Writes tests/pipelines/assets.txt anew: ``python -m tests.pipelines.refresh``."""

from pipelines.definitions import defs
from tests.support import REPOSITORY


def main() -> None:
    """One line an asset: its key and its inputs."""
    graph = defs.resolve_asset_graph()
    lines = [
        f"{'/'.join(k.path)} <- {', '.join(sorted('/'.join(p.path) for p in graph.get(k).parent_keys)) or 'files'}"
        for k in sorted(graph.get_all_asset_keys(), key=lambda k: k.path)
    ]
    (REPOSITORY / "tests" / "pipelines" / "assets.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
