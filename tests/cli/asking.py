"""The command `srs` for scripts of the tests: `python -IS asking.py SOCKET WORDS…`, answered by forked.py.

It loads next to nothing, so that it starts in a tenth of the time; its streams, environment and folder go along.
"""

import _socket
import marshal
import os
import sys

there = _socket.socket(_socket.AF_UNIX)
there.connect(sys.argv[1])
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
there.sendmsg([b"\0"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
there.sendall(marshal.dumps((sys.argv[2:], dict(os.environ), os.getcwd())))  # noqa: PTH109
there.shutdown(_socket.SHUT_WR)
sys.exit(int(there.recv(9) or b"70"))
