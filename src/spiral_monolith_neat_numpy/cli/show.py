"""``spiral-neat show``: what a model takes, gives and is made of, and how well it did."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from spiral_monolith_neat_numpy.cli.describing import describe
from spiral_monolith_neat_numpy.cli.run import score_table
from spiral_monolith_neat_numpy.cli.speaking import json_safe, load_model, results
from spiral_monolith_neat_numpy.cli.words import count
from spiral_monolith_neat_numpy.experiment.drawing import draw_model

_LISTED = 60  # rows up to which a list is printed whole


def show_model(path: Path, png: Path | None, *, as_json: bool) -> None:
    """Print a model file's content, and draw its network if asked.

    Raises:
        ModelFileError, OSError: the file cannot be used, or the picture not be written.
        ImportError: Matplotlib is missing.
        ValueError: a suffix that cannot be drawn.
    """
    model = load_model(path)
    found = describe(model)
    if png is not None:
        draw_model(model, png, title=f"Network: {found['task'] or path.name}")
        found["picture"] = str(png)
    if as_json:
        print(json.dumps(json_safe(found), indent=2))
        return
    console = results()
    task = f"{found['task']}, " if found["task"] else ""
    _line(console, f"{path}: {task}{found['kind']} of {found['target']!r}", "bold")
    _print_data(console, found)
    _print_network(console, found)
    metrics = model.info.get("metrics")
    if isinstance(metrics, dict):
        _line(console, f"\nScores ({metrics.get('generations', '?')} generations)", "bold")
        console.print(score_table(metrics))
    if png is not None:
        _line(console, f"\nDrawn: {png}")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)


def _print_data(console: Console, found: dict[str, Any]) -> None:
    if found["classes"]:
        _line(console, f"classes: {_listed(found['classes'])}")
    _line(console, "\nColumns", "bold")
    table = _table("column", "what", "missing values", "inputs")
    for column in found["columns"][:_LISTED]:
        fill = "refused" if column["fill"] is None else f"become {_value(column['fill'])}"
        table.add_row(
            column["name"],
            _what(column),
            "" if column["what"] == "unused" else fill,
            str(len(column["inputs"])),
        )
    console.print(table)
    _say_more(console, len(found["columns"]), "columns")


def _what(column: dict[str, Any]) -> str:
    if column["what"] == "number":
        return f"number, mean {_value(column['mean'])}, scale {_value(column['scale'])}"
    if column["what"] == "category":
        return f"category: {_listed(column['levels'])}"
    return "not used: the same in all training rows"


def _print_network(console: Console, found: dict[str, Any]) -> None:
    _line(console, "\nNetwork", "bold")
    enabled = sum(edge["enabled"] for edge in found["connections"])
    _line(
        console,
        f"{count(len(found['inputs']), 'input')}, {count(len(found['hidden']), 'hidden node')}, "
        f"{count(len(found['outputs']), 'output')} with the head {found['head']}; "
        f"{count(enabled, 'connection')} and {len(found['connections']) - enabled} switched off",
    )
    # What an output gives goes through the head: its own activation is not used.
    outputs = [{**node, "activation": f"({found['head']})"} for node in found["outputs"]]
    nodes = [*found["hidden"], *outputs]
    table = _table("node", "activation", "bias")
    for node in nodes[:_LISTED]:
        table.add_row(node["name"], node["activation"], f"{node['bias']:+.4f}")
    console.print(table)
    _say_more(console, len(nodes), "nodes")
    table = _table("from", "to", "weight", "")
    for edge in found["connections"][:_LISTED]:
        off = "" if edge["enabled"] else "off"
        table.add_row(
            edge["from"],
            edge["to"],
            f"{edge['weight']:+.4f}",
            off,
            style="" if edge["enabled"] else "dim",
        )
    console.print(table)
    _say_more(console, len(found["connections"]), "connections")


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim")
    for name in columns:
        right = name in ("bias", "weight", "inputs")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table


def _say_more(console: Console, n: int, things: str) -> None:
    if n > _LISTED:
        _line(console, f"  ... and {n - _LISTED:,} more {things}; --json lists all", "dim")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(repr(name) for name in names[:12]) + more


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else repr(value)
