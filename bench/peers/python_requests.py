"""python_requests.py COUNT [show]: updates a job's data source by Python's requests, with a session that keeps its connection.

With `show` every response is printed, one a line.
"""

import json
import os
import sys

import requests

from request import HEADERS, URL, argument


def update(session):
    response = session.patch(URL, json=argument(), timeout=30)
    response.raise_for_status()
    return response.json()


def main(count, show=None):
    with requests.Session() as session:
        session.headers.update(HEADERS)
        session.verify = os.environ["BENCH_CA_FILE"]
        for _ in range(int(count)):
            response = update(session)
            if show:
                print(json.dumps(response))


main(*sys.argv[1:])
