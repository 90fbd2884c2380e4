"""HTTP beside the WebSocket: tables of routes over the capabilities, and the document that describes them."""
