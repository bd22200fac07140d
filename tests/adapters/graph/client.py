"""A client of Graph, and the answers a test gives it."""

import json

from adapters.graph import GraphClient, GraphSettings

BASE = "https://graph.example"
TOKEN = "a-token-nobody-may-see"
SECRET = "a-secret-nobody-may-see"
HTML = b"<html>Bad gateway</html>"


def client(**changes) -> GraphClient:
    return GraphClient(GraphSettings(**({"token": TOKEN, "app_secret": SECRET, "base_url": BASE} | changes)))


def answers(wire, body, *, status=200, method="GET", path="/v26.0/1", **headers) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    wire.add(method, f"{BASE}{path}", body=content, status=status, headers=headers, content_type="application/json")
