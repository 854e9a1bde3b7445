"""Export: an ensemble as one ONNX graph with its manifest."""
