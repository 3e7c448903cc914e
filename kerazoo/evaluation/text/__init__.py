"""What texts are measured by: BLEU, chrF."""
