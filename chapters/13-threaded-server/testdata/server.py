import sys
import threading
from socket import *


def handle_client(conn, client):
    print("Thread started: %s:%d" % client, flush=True)
    try:
        with conn:
            conn.sendall(conn.recv(1024).upper())
    except OSError as error:
        print("%s:%d: %s" % (*client, error), flush=True)
    finally:
        print("Thread ended: %s:%d" % client, flush=True)


host, port = sys.argv[sys.argv.index("-addr") + 1].rsplit(":", 1)
welcome = create_server((host, int(port)), backlog=1024)
print("threadserver ready on %s:%d" % welcome.getsockname(), flush=True)
while True:
    conn, client = welcome.accept()
    threading.Thread(target=handle_client, args=(conn, client)).start()
