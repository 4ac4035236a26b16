"""How files of rows are read, row by row: text, CSV, cells, keys."""

__all__ = [
    "cells",
    "chunks",
    "columns",
    "csvfile",
    "fileheader",
    "fingerprint",
    "firstlook",
    "header",
    "identity",
    "inputcheck",
    "inputs",
    "keytable",
    "labels",
    "novalue",
    "places",
    "recordio",
    "scan",
    "source",
]
