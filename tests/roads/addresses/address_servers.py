"""A real small HTTP server on loopback that answers as Nominatim and Photon do, with invented places, or fails."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NOMINATIM_HOUSE = {
    "place_id": 1, "licence": "Data © OpenStreetMap contributors", "osm_type": "node", "osm_id": 42, "lat": "51.5815",
    "lon": "-2.9918", "category": "place", "type": "house", "place_rank": 30, "importance": 0.1, "addresstype": "place",
    "name": "", "display_name": "7, Invented Row, Newport, NP20 9ZZ",
    "address": {"house_number": "7", "road": "Invented Row", "city": "Newport", "postcode": "NP20 9ZZ"},
    "boundingbox": ["51.5814", "51.5816", "-2.9919", "-2.9917"],
}  # fmt: skip
NOMINATIM_STREET = {
    **NOMINATIM_HOUSE, "osm_type": "way", "osm_id": 43, "type": "residential", "addresstype": "road",
    "name": "Invented Row", "address": {"road": "Invented Row", "city": "Newport"},
}  # fmt: skip
NOMINATIM_ELSEWHERE = {**NOMINATIM_HOUSE, "lat": "48.1", "lon": "11.5"}
PHOTON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-2.9918, 51.5815]},
            "properties": {
                "osm_type": "N", "osm_id": 44, "osm_key": "shop", "osm_value": "supermarket", "type": "house",
                "name": "Invented Market", "housenumber": "9", "street": "Invented Row", "city": "Newport",
                "postcode": "NP20 9ZZ",
            },
        }
    ],
}  # fmt: skip


class AddressServerDouble:
    """What the server does next, and what it was asked: path, query and headers of each request."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: list[object] = [[]]
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []

    def next_answer(self) -> object:
        """The last one stays."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def running_address_server() -> Iterator[AddressServerDouble]:
    """An answer is JSON as it is; an int is a status; `hang`, `close`, `garbage`, `endless`, `redirect` are faults."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            double.asked.append((parts.path, query, dict(self.headers)))
            answer = double.next_answer()
            if answer == "hang":
                ended.wait(5)
            elif answer == "close":
                self.connection.close()
            elif answer == "endless":
                self._endless()
            elif isinstance(answer, int):
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif answer == "redirect":
                self.send_response(302)
                self.send_header("Location", f"{double.address}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._send(b"<html>not JSON" if answer == "garbage" else json.dumps(answer).encode())

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _endless(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while not ended.is_set():
                    self.wfile.write(b" " * 100_000)
                    time.sleep(0.001)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    double = AddressServerDouble(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield double
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
