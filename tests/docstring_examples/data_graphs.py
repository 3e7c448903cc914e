"""`data/MUTAG.txt`, rings of three and of four nodes: twenty graphs of two classes."""

import pathlib


def names():
    lines = ["20"]
    for graph in range(20):
        size = 3 + graph % 2
        lines.append(f"{size} {graph % 2}")
        for node in range(size):
            lines.append(f"0 2 {(node - 1) % size} {(node + 1) % size}")
    pathlib.Path("data").mkdir(exist_ok=True)
    pathlib.Path("data", "MUTAG.txt").write_text("\n".join(lines) + "\n")
    return {}
