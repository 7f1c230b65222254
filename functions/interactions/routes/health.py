"""`GET /health`: the process is alive. No I/O, so that a probe tells nothing else."""

from fastapi import APIRouter

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    """Say so."""
    return {"status": "ok"}
