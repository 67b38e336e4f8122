"""Score a CSV file with the model beside this script: python score.py rows.csv scored.csv"""

import json
import sys
from pathlib import Path

import mlflow.pyfunc
import pandas as pd

here = Path(__file__).parent
source, target = sys.argv[1:]
written = here / "contract.json"
columns = json.loads(written.read_text("utf-8"))["columns"] if written.is_file() else []
texts = [c["name"] for c in columns if c["type"] in ("text", "category")]
gaps = {c["name"]: ["", *c["missing"]] for c in columns if c["name"] not in texts or not c["empty_text"]}
rows = pd.read_csv(source, dtype=dict.fromkeys(texts, str), keep_default_na=not columns, na_values=gaps)
scores = pd.DataFrame(mlflow.pyfunc.load_model(str(here / "model")).predict(rows))
pd.concat([rows, scores.set_axis(rows.index, axis=0)], axis=1).to_csv(target, index=False)
sys.stdout.write(f"{len(rows):,} rows scored: {target}\n")
