"""Chemical elements by symbol and by atomic number."""

import functools

# From hydrogen, 1, to oganesson, 118.
SYMBOLS = (
    *("H", "He"),
    *("Li", "Be", "B", "C", "N", "O", "F", "Ne"),
    *("Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar"),
    *(
        "K",
        "Ca",
        "Sc",
        "Ti",
        "V",
        "Cr",
        "Mn",
        "Fe",
        "Co",
        "Ni",
        "Cu",
        "Zn",
        "Ga",
        "Ge",
        "As",
        "Se",
        "Br",
        "Kr",
    ),
    *(
        "Rb",
        "Sr",
        "Y",
        "Zr",
        "Nb",
        "Mo",
        "Tc",
        "Ru",
        "Rh",
        "Pd",
        "Ag",
        "Cd",
        "In",
        "Sn",
        "Sb",
        "Te",
        "I",
        "Xe",
    ),
    *(
        "Cs",
        "Ba",
        "La",
        "Ce",
        "Pr",
        "Nd",
        "Pm",
        "Sm",
        "Eu",
        "Gd",
        "Tb",
        "Dy",
        "Ho",
        "Er",
        "Tm",
        "Yb",
        "Lu",
    ),
    *(
        "Hf",
        "Ta",
        "W",
        "Re",
        "Os",
        "Ir",
        "Pt",
        "Au",
        "Hg",
        "Tl",
        "Pb",
        "Bi",
        "Po",
        "At",
        "Rn",
    ),
    *(
        "Fr",
        "Ra",
        "Ac",
        "Th",
        "Pa",
        "U",
        "Np",
        "Pu",
        "Am",
        "Cm",
        "Bk",
        "Cf",
        "Es",
        "Fm",
        "Md",
        "No",
        "Lr",
    ),
    *(
        "Rf",
        "Db",
        "Sg",
        "Bh",
        "Hs",
        "Mt",
        "Ds",
        "Rg",
        "Cn",
        "Nh",
        "Fl",
        "Mc",
        "Lv",
        "Ts",
        "Og",
    ),
)


def atomic_number(text: str) -> int:
    """Returns the atomic number of an element, given by its symbol or that number.

    Raises:
        ValueError: If there is none.

    Example:

    ```python
    atomic_number("Cl"), atomic_number("cl"), atomic_number("17")  # (17, 17, 17)
    ```
    """
    number = int(text) if text.isdecimal() else _numbers().get(text.capitalize(), 0)
    if not 1 <= number <= len(SYMBOLS):
        raise ValueError(f"expected an element, such as C. Received: {text!r}")
    return number


def symbol(number: int) -> str:
    """Returns the symbol of an element.

    Args:
        number: Atomic number, from 1 to 118.

    Example:

    ```python
    symbol(6)  # "C"
    ```
    """
    return SYMBOLS[number - 1]


@functools.cache
def _numbers():
    return {name: i + 1 for i, name in enumerate(SYMBOLS)}
