"""FastAPI with psycopg: an async endpoint on a lasting connection, orjson; the statements of the bare reference."""

import asyncio
import os
from typing import Annotated, Any

import orjson
import psycopg
from fastapi import FastAPI, Query, Request, Response
from psycopg.rows import dict_row

from benchmarks.peers.plain_sql import FIGURES, ROWS, body, conditions

application = FastAPI(openapi_url=None)
_free: asyncio.LifoQueue[psycopg.AsyncConnection] = asyncio.LifoQueue()
Words = Annotated[list[str], Query()]


async def _opened() -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(
        os.environ["DATABASE_URL"],
        autocommit=True,
        row_factory=dict_row,
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
    where, values = conditions(request.url.query)
    connection = _free.get_nowait() if not _free.empty() else await _opened()
    try:
        rows: list[dict[str, Any]] = await (await connection.execute(ROWS.format(where=where), values)).fetchall()
        figures = await (await connection.execute(FIGURES.format(where=where), values)).fetchone()
    finally:
        _free.put_nowait(connection)
    return Response(orjson.dumps(body(rows, figures)), media_type="application/json")
