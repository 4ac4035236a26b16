"""The embedded AWS endpoint: SageMaker whose jobs really run, beside moto's S3 and friends, on one loopback port."""
