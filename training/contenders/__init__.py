"""Ways from labelled sentences to tags that `make compare` and `make bench` set side by side.

fastText, sentence embeddings, spaCy and Vowpal Wabbit come with the extra `compare`, which nothing else installs.
"""
