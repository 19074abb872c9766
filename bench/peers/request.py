"""request.py: the one request that the peers in Python send, as bench/lib/request.lua has it for Lua."""

import os

URL = f"{os.environ['BENCH_BASE_URL']}/customer/jobs/{os.environ['BENCH_JOB_ID']}/datasource"
HEADERS = {"Authorization": os.environ["BENCH_TOKEN"], "Accept": "application/json"}


def argument():
    return {
        "dataSource": {
            "dataSourceDescriptor": "url",
            "params": {
                "@type": "type.googleapis.com/bytenite.data_source.HttpDataSource",
                "url": "https://files.example.org/batches/7/in.txt",
            },
        },
        "dataDestination": {"dataSourceDescriptor": "bucket"},
    }
