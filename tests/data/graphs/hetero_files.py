"""Small tables of authors, papers and venues."""


def write_hetero_tables(folder):
    """Writes tables of 3 authors, 8 papers of which 7 have a label, and 4 venues."""
    fields = ["bio", "cs"]
    papers = [
        f"p{i},About the topic {i},{i / 2},{fields[i % 2] if i < 7 else ''}"
        for i in range(8)
    ]
    tables = {
        "nodes_author": ["id", "a0", "a1", "a2"],
        "nodes_paper": ["id,title,age,label", *papers],
        "nodes_venue": ["id,city", "v0,Rome", "v1,Oslo", "v2,Oslo", "v3,Rome"],
        "edges_author_writes_paper": [
            "from,to",
            *(f"a{i % 3},p{i}" for i in range(8)),
        ],
        "edges_paper_in_venue": [
            "source,target",
            *(f"p{i},v{i % 4}" for i in range(8)),
        ],
        "edges_paper_cites_paper": [
            "source,target,weight",
            "p0,p1,1",
            "p1,p2,2",
            "p2,p0,0.5",
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder
