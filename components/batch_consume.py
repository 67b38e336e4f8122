"""How a program asks a batch endpoint for a job: curl, Python, Azure Data Factory, Airflow and cron."""

from __future__ import annotations

import json
import shlex

import streamlit as st

from components.language import _

BODY = {"input": "file:rows.csv", "output": {"file": "scores.csv"}}
STEPS = ("curl", "Python", "Azure Data Factory", "Airflow", "cron")


def show(url: str, *, key: str) -> None:
    """Draw the address and the ways; the key itself is never shown again, so its place is named."""
    st.markdown("**" + _("Address") + "**")
    st.code(url, language=None)
    texts = (curl(url), python(url), data_factory(url), airflow(url), cron(url))
    for tab, text in zip(st.tabs(list(STEPS), key=f"{key}_way"), texts, strict=True):
        language = {"curl": "bash", "cron": "bash", "Azure Data Factory": "json"}.get(
            STEPS[texts.index(text)], "python"
        )
        tab.code(text, language=language, height=380)
    st.caption(
        _(
            "Put the endpoint's key into SEKKEI_KEY. Inputs and outputs are dataset:NAME, file:PATH, store:NAME/PATH "
            "or database:NAME/TABLE."
        )
    )


def curl(url: str) -> str:
    """Commands for a shell: start a job, and ask how it is."""
    return (
        f"curl -X POST {shlex.quote(url)} \\\n"
        '  -H "Authorization: Bearer $SEKKEI_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -H "Idempotency-Key: $(date +%F)" \\\n'
        f"  -d {shlex.quote(json.dumps(BODY))}\n\n"
        f'curl -H "Authorization: Bearer $SEKKEI_KEY" {shlex.quote(url)}/JOB\n'
    )


def python(url: str) -> str:
    """A program that needs nothing but Python: it waits for the job's end."""
    return (
        "import json\nimport os\nimport time\nimport urllib.request\n\n\n"
        "def ask(url, body=None):\n"
        "    request = urllib.request.Request(\n        url,\n"
        "        data=json.dumps(body).encode() if body else None,\n"
        '        headers={\n            "Authorization": "Bearer " + os.environ["SEKKEI_KEY"],\n'
        '            "Content-Type": "application/json",\n        },\n    )\n'
        "    with urllib.request.urlopen(request) as answer:\n        return json.load(answer)\n\n\n"
        f"job = ask({url!r}, {BODY!r})\n"
        'while job["state"] in ("queued", "running"):\n    time.sleep(1)\n    job = ask(job["links"]["self"])\n'
        'print(job["state"], job["rows"], job["output"])\n'
    )


def cron(url: str) -> str:
    """A line of a crontab, for each night at 2:30."""
    return (
        "30 2 * * *  curl -sf -X POST "
        + shlex.quote(url)
        + ' -H "Authorization: Bearer $(cat ~/.sekkei-key)"'
        + " -H 'Content-Type: application/json' -d "
        + shlex.quote(json.dumps(BODY)).replace("%", r"\%")
        + "\n"
    )


def airflow(url: str) -> str:
    """A DAG that starts a job and waits for it; the connection ``sekkei`` holds the key."""
    base, path = url.split("/batch-endpoints/")
    return f"""from datetime import datetime

from airflow import DAG
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.http.sensors.http import HttpSensor

# The HTTP connection "sekkei" has the host {base}
# and in its extra the header {{"Authorization": "Bearer KEY"}}.
with DAG("score", start_date=datetime(2026, 1, 1), schedule="@daily") as dag:
    start = HttpOperator(
        task_id="start",
        http_conn_id="sekkei",
        endpoint="batch-endpoints/{path}",
        method="POST",
        headers={{"Content-Type": "application/json", "Idempotency-Key": "{{{{ run_id }}}}"}},
        data={json.dumps(json.dumps(BODY))},
        response_check=lambda answer: answer.status_code == 202,
        response_filter=lambda answer: answer.json()["id"],
    )
    wait = HttpSensor(
        task_id="wait",
        http_conn_id="sekkei",
        endpoint="batch-endpoints/{path}/{{{{ ti.xcom_pull('start') }}}}",
        response_check=lambda answer: answer.json()["state"] == "done",
        mode="reschedule",
    )
    start >> wait
"""


def data_factory(url: str) -> str:
    """A pipeline of two activities: start a job with Azure's body, and ask until it is over."""
    key = "Bearer @{pipeline().parameters.key}"
    body = {
        "properties": {
            "InputData": {"rows": {"JobInputType": "UriFile", "Uri": BODY["input"]}},
            "OutputData": {"scores": {"JobOutputType": "UriFile", "Uri": "file:scores.csv"}},
        }
    }
    status = "activity('Status').output.properties.status"
    start = {
        "name": "Start",
        "type": "WebActivity",
        "typeProperties": {"method": "POST", "url": url, "headers": {"Authorization": key}, "body": body},
    }
    ask = {
        "name": "Status",
        "type": "WebActivity",
        "typeProperties": {
            "method": "GET",
            "url": f"{url}/@{{activity('Start').output.name}}",
            "headers": {"Authorization": key},
        },
    }
    pause = {
        "name": "Pause",
        "type": "Wait",
        "dependsOn": [{"activity": "Status", "dependencyConditions": ["Succeeded"]}],
        "typeProperties": {"waitTimeInSeconds": 15},
    }
    until = {
        "name": "Until over",
        "type": "Until",
        "dependsOn": [{"activity": "Start", "dependencyConditions": ["Succeeded"]}],
        "typeProperties": {
            "expression": {
                "type": "Expression",
                "value": f"@contains(createArray('Completed', 'Failed', 'Canceled'), {status})",
            },
            "activities": [ask, pause],
        },
    }
    properties = {"parameters": {"key": {"type": "securestring"}}, "activities": [start, until]}
    return json.dumps({"name": "score", "properties": properties}, indent=1)
