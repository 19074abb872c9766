"""python_aiohttp.py AT_ONCE COUNT [show]: updates data sources by Python's aiohttp, AT_ONCE at once. It has only HTTP/1.1.

With `show` every response is printed, one a line.
"""

import asyncio
import json
import os
import ssl
import sys

import aiohttp

from request import HEADERS, URL, argument


async def update(session):
    async with session.patch(URL, json=argument()) as response:
        response.raise_for_status()
        return await response.json()


async def work(session, turns, show):
    for _ in turns:
        response = await update(session)
        if show:
            print(json.dumps(response))


async def main(at_once, count, show=None):
    turns = iter(range(int(count)))  # shared: each worker takes the next one
    context = ssl.create_default_context(cafile=os.environ["BENCH_CA_FILE"])
    connector = aiohttp.TCPConnector(limit=int(at_once), ssl=context)
    async with aiohttp.ClientSession(headers=HEADERS, connector=connector) as session:
        await asyncio.gather(*(work(session, turns, show) for _ in range(int(at_once))))


asyncio.run(main(*sys.argv[1:]))
