"""Calls the handler of a Lambda's file with the event that lies beside it: ``run_lambda.py FILE``."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

file = Path(sys.argv[1])
event = file.with_suffix(".json")
specification = importlib.util.spec_from_file_location(file.stem, file)
if specification is None or specification.loader is None:
    sys.exit(f"{file} is no Python file")
module = importlib.util.module_from_spec(specification)
specification.loader.exec_module(module)
answer = module.lambda_handler(json.loads(event.read_text()) if event.exists() else {}, None)
print(json.dumps({"answered": str(answer)[:200]}))
