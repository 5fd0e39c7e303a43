"""Words as people search by them: folded, gathered in families, forgiven their typos.  Pure."""
