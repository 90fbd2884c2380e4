"""The service's network face: one WebSocket protocol in two dialects, and the health pages."""
