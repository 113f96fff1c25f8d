import struct, sys
from socket import *

with create_connection((sys.argv[1], int(sys.argv[2]))) as conn:
    stream = conn.makefile("rb")
    for line in sys.stdin:
        text = line.strip().encode()
        conn.sendall(struct.pack("!I", len(text)) + text)
        size, = struct.unpack("!I", stream.read(4))
        print("%d bytes: %s" % (size, stream.read(size).decode()))
