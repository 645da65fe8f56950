"""Python's ssl as a peer: `peer.py server PORT [retry]` or `peer.py client PORT FILE [again]`."""

import socket
import ssl
import sys


def context(purpose, name):
    """Trusts ca.pem, and shows the certificate of this name."""
    made = ssl.SSLContext(purpose)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_verify_locations("ca.pem")
    made.load_cert_chain(f"{name}.pem", f"{name}.key")
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def serve(port, options):
    """Answers one request a session."""
    made = context(ssl.PROTOCOL_TLS_SERVER, "server")
    if "retry" in options:
        made.set_ecdh_curve("secp384r1")
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        transport, _ = listener.accept()
        try:
            with made.wrap_socket(transport, server_side=True) as stream:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += stream.recv(4096) or sys.exit("the client closed")
                print("resumed" if stream.session_reused else "authenticated", stream.getpeercert()["subject"], flush=True)
                stream.sendall(b"HTTP/1.0 200 OK\r\n\r\nserved\n")
                stream.unwrap()
        except OSError as error:
            print(error, flush=True)


def visit(made, port, request, session):
    """One session; gives what resumes it."""
    with socket.create_connection(("127.0.0.1", port)) as transport:
        with made.wrap_socket(transport, server_hostname="localhost", session=session) as stream:
            stream.sendall(request)
            while part := stream.recv(4096):
                sys.stdout.write(part.decode())
            print("resumed" if stream.session_reused else "authenticated", flush=True)
            return stream.session


def main():
    role, port, *options = sys.argv[1:]
    if role == "server":
        serve(int(port), options)
    made = context(ssl.PROTOCOL_TLS_CLIENT, "client")
    request = open(options.pop(0), "rb").read()
    session = visit(made, int(port), request, None)
    if "again" in options:
        visit(made, int(port), request, session)


main()
