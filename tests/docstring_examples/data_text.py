"""The files that examples read: a novel, sentences, pairs, labelled texts."""

import gzip
import pathlib


def names():
    pathlib.Path("novel.txt").write_text(20 * "It was a dark and stormy night.\n")
    with gzip.open("sentences.en.gz", "wt") as file:
        file.write("Two dogs run.\nA girl reads.\n")
    pairs, labelled = pathlib.Path("multi30k"), pathlib.Path("sst2")
    for folder in (pairs, labelled):
        folder.mkdir(exist_ok=True)
    (pairs / "train.en").write_text(10 * "Two dogs run.\nA girl reads.\n")
    (pairs / "train.de").write_text(10 * "Zwei Hunde rennen.\nEin Mädchen liest.\n")
    pathlib.Path("numbers.tsv").write_text("eins\tone\nzwei\ttwo\n")
    rows = 10 * ["a fine film\t1", "a dull film\t0"]
    (labelled / "train.tsv").write_text("\n".join(["sentence\tlabel", *rows, ""]))
    pathlib.Path("sums.jsonl").write_text(
        '{"prompt": "1 + 1 =", "answer": "2"}\n{"prompt": "1 + 2 =", "answer": "3"}\n'
    )
    for label, text in (("neg", "It is dull."), ("pos", "It is fine.")):
        own = pathlib.Path("imdb", "train", label)
        own.mkdir(parents=True, exist_ok=True)
        (own / "0_9.txt").write_text(f"{text}\n")
    return {}
