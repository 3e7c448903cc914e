"""Token ids that every vocabulary begins with."""

PAD = 0
BOS = 1  # Begin of sequence.
EOS = 2  # End of sequence.
UNK = 3  # Unknown.
MASK = BOS  # Hidden, in texts that are only read: none of these has a begin.
NUM_SPECIAL = 4
