"""How results are shown. Reports make sentences of facts and compute nothing."""
