"""The sources of the corpus: each module yields documents without end, drawn with the generator it is given."""
