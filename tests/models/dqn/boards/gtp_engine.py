"""An engine of the Go Text Protocol that plays the first free point, then passes.

It keeps a log of what it was told, and may be told to fail.
"""

import pathlib
import sys

LETTERS = "abcdefghjklmnopqrst"


def main(log, mode):
    taken, size = set(), 0
    with log.open("a") as file:
        for line in sys.stdin:
            file.write(line)
            file.flush()
            name, *words = line.split()
            answer = ""
            if name == "boardsize":
                size = int(words[0])
            elif name == "clear_board":
                taken = set()
            elif name == "play":
                taken.add(words[1].lower())
            elif name == "genmove":
                if mode == "fails":
                    print("? cannot think\n", flush=True)
                    continue
                if mode == "dies":
                    return
                cells = ((x, y) for y in range(size) for x in range(size))
                points = (f"{LETTERS[x]}{y + 1}" for x, y in cells)
                free = [point for point in points if point not in taken]
                answer = free[0].upper() if free and mode == "plays" else "resign"
            print(f"= {answer}\n", flush=True)
            if name == "quit":
                return


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
