"""FastAPI with psycopg: an async endpoint on a lasting connection, orjson; the statements of the bare reference."""

import asyncio
import os
from typing import Annotated

import orjson
import psycopg
from fastapi import FastAPI, Query, Request, Response

from benchmarks.peers.plain_sql import body, question

application = FastAPI(openapi_url=None)
_free: asyncio.LifoQueue[psycopg.AsyncConnection] = asyncio.LifoQueue()
Words = Annotated[list[str], Query()]


async def _opened() -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(
        os.environ["DATABASE_URL"],
        autocommit=True,
        prepare_threshold=1,
        options="-c timezone=Asia/Almaty",
    )


@application.get("/projects/")
async def projects(
    request: Request,
    sector: Words = (),
    status: Words = (),
    initiator_type: Words = (),
    year: Annotated[list[int], Query()] = (),
) -> Response:
    """Return one page of rows with the figures of the view."""
    connection = _free.get_nowait() if not _free.empty() else await _opened()
    try:
        found = await (await connection.execute(*question(request.url.query))).fetchall()
    finally:
        _free.put_nowait(connection)
    return Response(orjson.dumps(body(found)), media_type="application/json")
