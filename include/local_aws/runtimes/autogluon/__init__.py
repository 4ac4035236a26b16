"""The `autogluon-training` and `autogluon-inference` images as Autopilot's ENSEMBLING mode uses them: a stand-in.

AutoGluon itself is not here. What runs is a small ensemble in its manner: boosted trees, two kinds of forests and a
linear model on the same features, weighted by how well each predicts rows that it was not fitted on.
"""
