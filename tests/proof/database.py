"""`python -m tests.proof.database ADDRESS`: PostgreSQL on a host of our own network.

Says the folder of its socket on one line, and then obeys: `crash` ends the server at once,
`start` begins it again. Ends with its standard input.
"""

from __future__ import annotations

import sys

from tests.postgres import SETTINGS, running_server


def serve(address: str) -> None:
    """A server that answers at an address of this host, and loses nothing that it confirmed."""
    settings = {**SETTINGS, "listen_addresses": address, "synchronous_commit": "on"}
    with running_server(settings) as server:
        with (server.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {address}/24 trust\n")
        with server.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        _say(str(server.folder))
        for line in sys.stdin:
            {"crash": server.crash, "start": server.start}[line.strip()]()
            _say("done")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
