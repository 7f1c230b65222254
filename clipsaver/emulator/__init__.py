"""A local Discord: REST, OAuth2, signed interactions, webhook events, CDN, rate limits, faults."""
