"""The Amazon provider's SageMaker operators, made so that a retry never pays for a second job."""
