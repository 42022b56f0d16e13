"""What a sentence can be, and the sentences that people have labelled."""
