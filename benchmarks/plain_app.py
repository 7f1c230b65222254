"""The smallest app that answers Discord's PING: what Clip Saver is compared with.

FastAPI behind Mangum, the signature checked by Discord's own package, and Powertools imported, as
a tutorial would have it.
"""

import json
import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer  # noqa: F401 -- imports cost, too
from discord_interactions import verify_key
from fastapi import FastAPI, HTTPException, Request
from mangum import Mangum

app = FastAPI()


# Without a model of the answer, which would take 14 ms of each cold start and is of no use here.
@app.post("/interactions", response_model=None)
async def interactions(request: Request) -> dict[str, Any]:
    """Answer a PING, and nothing else."""
    body = await request.body()
    if not verify_key(
        body,
        request.headers["x-signature-ed25519"],
        request.headers["x-signature-timestamp"],
        os.environ["DISCORD_PUBLIC_KEY"],
    ):
        raise HTTPException(401)
    if json.loads(body)["type"] != 1:
        raise HTTPException(400)
    return {"type": 1}


handler = Mangum(app, lifespan="off")
