"""Tables of columns of any kind to rows of numbers and back: which kind, which code, which loss."""
