"""The SageMaker control plane: what each operation checks, stores and answers."""
