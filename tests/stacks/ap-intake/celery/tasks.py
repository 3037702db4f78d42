"""The queue of the stack: invoices come in, and each is validated by another worker."""

import os

from celery import Celery

app = Celery("ap_intake", broker=os.environ["BROKER"])
app.conf.broker_connection_retry_on_startup = True
app.conf.task_ignore_result = True
app.conf.task_routes = {"tasks.validate": {"queue": "validation"}}
app.conf.beat_schedule = {"receive": {"task": "tasks.receive", "schedule": 2.0}}


@app.task
def receive():
    """An invoice that came in."""
    validate.delay(os.getpid())


@app.task
def validate(number):
    """Whether an invoice is as it should be."""
    return number > 0
