"""The host's end of a vsock device: Unix sockets, in the form that Firecracker has made usual.

A client of the socket PATH says `CONNECT port` and is told `OK port` when the guest has taken the connection in; a
connection of the guest to a port of its host arrives at the socket PATH_port. `bridge.py` knows connections,
`guest_queues.py` and `guest_stream.py` two ways to a guest: virtqueues in shared memory (vhost-user), and a stream
of packets. `python -m unilith.run.vsock` is a program of its own, so that data are carried while the runner waits.
"""
