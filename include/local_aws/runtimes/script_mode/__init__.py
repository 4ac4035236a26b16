"""Script mode: a user's own Python script in the images `sagemaker-scikit-learn` and `sagemaker-xgboost`.

The contract is that of AWS's public toolkits: where the code lies, what the script is told and how, which functions of
it serve, what its failure is called. The code is ours, and so are the Python and the packages that run it.
"""
