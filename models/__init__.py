"""Making the model: a synthetic book, training, evaluation, export to one ONNX graph. Never on the decision path."""
