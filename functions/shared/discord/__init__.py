"""The only room that speaks to Discord: signatures, routes, rate limits, payloads, the client."""
