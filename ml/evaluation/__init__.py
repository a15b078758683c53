"""How well lists hold up against links made after a cut, beside baselines; run as ``python -m ml.evaluate``."""
