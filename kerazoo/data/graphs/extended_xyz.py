"""Extended XYZ: frames of atoms in a text file.

Each frame is a line of the number of atoms, a line of `key=value` pairs, and a line of
each atom. `Properties=species:S:1:pos:R:3:forces:R:3` among the pairs says what its
columns are; without it they are an element and three coordinates, and a second line
that is but a number is the energy, where three further columns are the forces.
"""

import dataclasses
import os
import pathlib
import re
from collections.abc import Iterator

import numpy as np

from kerazoo.data.graphs.elements import atomic_number
from kerazoo.data.graphs.structure import Structure

ENERGY_NAMES = (
    *("energy", "potential_energy", "ref_energy", "dft_energy", "total_energy"),
    *("free_energy", "totenergy", "e"),
)
FORCE_NAMES = ("forces", "force", "ref_forces", "dft_forces", "ref_force")
_SPECIES = ("species", "symbols", "symbol", "element", "z", "numbers", "atomic_numbers")
_POSITIONS = ("pos", "positions", "position", "r", "coordinates")
_PAIR = re.compile(r"""([^\s="']+)\s*=\s*("[^"]*"|'[^']*'|\{[^}]*\}|\[[^]]*\]|\S+)""")


@dataclasses.dataclass(frozen=True)
class Frame:
    """A frame as it stands in a file.

    Args:
        structure: Its atoms.
        pairs: What its second line says, as text.
        line: Number of its first line, from 1.
    """

    structure: Structure
    pairs: dict[str, str]
    line: int


def read_extended_xyz(
    path: str | os.PathLike,
    target: str | None = None,
    needs_target: bool = True,
) -> Iterator[Frame]:
    """Reads frames, one after the other.

    Args:
        path: Name of the file.
        target: Key of what is known of each frame. Default: `energy`, or a key alike,
            such as `dft_energy`.
        needs_target: Whether it is a mistake that a frame has none.

    Yields:
        `Frame`s.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If a frame is not as it should be, or is periodic.

    Example:

    ```python
    import pathlib

    frame = '2\\nenergy=-31.7 Properties=species:S:1:pos:R:3\\nH 0 0 0\\nH 0 0 0.74\\n'
    pathlib.Path("h2.xyz").write_text(frame)
    next(read_extended_xyz("h2.xyz")).structure.value  # -31.7
    ```
    """
    path = pathlib.Path(path)
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        lines = enumerate(file, 1)
        count = 0
        for number, line in lines:
            if not line.strip():
                continue
            count += 1
            place = f"{path}, frame {count} (line {number})"
            yield _read_frame(lines, line, number, place, target, needs_target)
    if not count:
        raise ValueError(f"{path}: expected frames of atoms. Received: an empty file")


def _read_frame(lines, first, number, place, target, needs_target):
    text = first.strip()
    if not text.isdecimal() or not int(text):
        raise ValueError(
            f"{place}: expected the number of atoms, above 0. Received: {text[:40]!r}"
        )
    count = int(text)
    comment = next(lines, (0, ""))[1].strip()
    pairs = {key: _unquoted(value) for key, value in _PAIR.findall(comment)}
    _check_not_periodic(pairs, place)
    rows = []
    for _, line in lines:
        cells = line.split()
        if not cells:
            break
        rows.append(cells)
        if len(rows) == count:
            break
    if len(rows) < count:
        raise ValueError(f"{place}: expected {count} atoms. Received: {len(rows)}")
    known = {key.lower(): key for key in pairs}
    is_bare = _is_number(comment)
    names = _columns(pairs.get(known.get("properties", "")), rows, place, is_bare)
    species, positions = (
        _column(names, _SPECIES, place),
        _column(names, _POSITIONS, place),
    )
    forces = next((names[name] for name in FORCE_NAMES if name in names), None)
    width = max(stop for _, stop in names.values())
    for i, cells in enumerate(rows):
        if len(cells) < width:
            raise ValueError(
                f"{place}, atom {i + 1}: expected {width} columns, and as many atoms "
                f"as the frame's first line says. Received: "
                f"{' '.join(cells)[:60]!r}"
            )
    try:
        numbers = [atomic_number(cells[species[0]]) for cells in rows]
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    structure = Structure(
        np.array(numbers, np.int32),
        _numbers(rows, positions, place, "a position"),
        _target(
            pairs, known, target, comment if is_bare else None, place, needs_target
        ),
        None if forces is None else _numbers(rows, forces, place, "a force"),
    )
    structure.validate(place)
    return Frame(structure, pairs, number)


def _columns(properties, rows, place, is_bare):
    """Returns what the columns are, name to the first and the one after the last."""
    if properties is None:
        names = {"species": (0, 1), "pos": (1, 4)}
        if is_bare and all(len(cells) == 7 for cells in rows):
            names["forces"] = (4, 7)
        return names
    parts = properties.split(":")
    names, start = {}, 0
    for name, size in zip(parts[::3], parts[2::3]):
        if not size.isdecimal():
            break
        names[name.lower()] = start, start + int(size)
        start += int(size)
    if 3 * len(names) != len(parts):
        raise ValueError(
            f"{place}: expected Properties of names, types and widths, such as "
            f"species:S:1:pos:R:3. Received: Properties={properties}"
        )
    return names


def _column(names, usual, place):
    for name in usual:
        if name in names:
            return names[name]
    raise ValueError(
        f"{place}: expected a column {usual[0]} in Properties. "
        f"Received: {', '.join(names)}"
    )


def _numbers(rows, columns, place, what):
    start, stop = columns
    try:
        return np.array([cells[start:stop] for cells in rows], np.float64).astype(
            np.float32
        )
    except ValueError as error:
        raise ValueError(f"{place}: expected numbers of {what}: {error}") from error


def _target(pairs, known, target, bare, place, is_needed):
    if target is not None:
        key = target if target in pairs else None
    else:
        key = next((known[name] for name in ENERGY_NAMES if name in known), None)
    text = pairs[key] if key is not None else bare if target is None else None
    if text is None and not is_needed:
        return None
    if text is None:
        raise ValueError(
            f"{place}: expected {target or 'energy'}=... in the second line; another "
            "key is named by `target_column`. "
            f"Received: keys={[k for k in pairs if k != 'Properties']}"
        )
    if not _is_number(text):
        if not is_needed:
            return None
        raise ValueError(
            f"{place}: expected a number as {key or 'energy'}. Received: {text[:40]!r}"
        )
    return float(text)


def _check_not_periodic(pairs, place):
    named = {key.lower(): value for key, value in pairs.items()}
    # A lattice alone means that it is repeated in all directions.
    periodic = named.get("pbc", "T" if "lattice" in named else "F")
    if any(flag[0].upper() in ("T", "1") for flag in periodic.split()):
        raise ValueError(
            f"{place}: expected atoms that are not repeated in space. "
            f"Received: pbc={periodic!r}"
        )


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unquoted(value):
    return value[1:-1] if value[:1] in "\"'{[" else value
