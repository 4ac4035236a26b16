"""What the containers share whose models are scikit-learn estimators here: scores, folds, artifact and serving."""
