"""Decoders of knowledge graphs by name."""

from kerazoo.models.gnn.knowledge.compl_ex import ComplEx
from kerazoo.models.gnn.knowledge.decoder import Decoder
from kerazoo.models.gnn.knowledge.dist_mult import DistMult
from kerazoo.models.gnn.knowledge.rotate import RotatE
from kerazoo.models.gnn.knowledge.trans_e import TransE

# Name to a class of `(embedding_size, margin)`.
DECODERS: dict[str, type[Decoder]] = {
    "transe": TransE,
    "distmult": DistMult,
    "complex": ComplEx,
    "rotate": RotatE,
}
