"""What is sent to SageMaker: made from the template, checked and foretold."""
