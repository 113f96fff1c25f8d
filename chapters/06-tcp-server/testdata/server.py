import sys
from socket import *

host, port = sys.argv[sys.argv.index("-addr") + 1].rsplit(":", 1)
welcome = create_server((host, int(port)))
print("tcpserver ready on %s:%d" % welcome.getsockname(), flush=True)
while True:
    conn, client = welcome.accept()
    try:
        with conn:
            conn.sendall(conn.recv(1024).upper())
    except OSError as error:
        print(client, error)
