#!/bin/bash
# What `make demo` shows: nginx, from its own unmodified source, composed into an image that is booted and asked for its
# page; then what is in the image, and why. BIN is the folder in which `unilith` and `python` are.
set -euo pipefail

target=qemu-x86_64 card=virtio-net
if ! command -v qemu-system-x86_64 >/dev/null; then
    target=process-x86_64 card=net-host
    echo "There is no QEMU here: nginx runs as a locked-down process instead."
fi

step() {
    echo
    echo "\$ $*"
}

step "unilith build nginx --target $target"
"$BIN/unilith" build nginx --target "$target"

# Any free port will do; between this and the start somebody else could take it, and then the run says so.
port=$("$BIN/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
said=$(mktemp)
step "unilith run nginx --target $target -p $port:80 &"
"$BIN/unilith" run nginx --target "$target" -p "$port:80" --timeout 300 </dev/null >"$said" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$said"' EXIT

step "curl http://localhost:$port/"
# The page as curl would show it; the image gets two minutes to answer, on a machine that emulates its processor.
if ! "$BIN/python" - "$port" "$server" <<'PYTHON'
import os, sys, time, urllib.error, urllib.request

port, server = sys.argv[1:]
end = time.monotonic() + 120
while True:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            print(answer.read().decode(), end="")
            print(f"-- {answer.status} {answer.reason}, Server: {answer.headers['Server']}")
            break
    except (OSError, urllib.error.URLError) as error:
        try:
            os.kill(int(server), 0)
        except OSError:
            sys.exit("the image has ended")
        if time.monotonic() > end:
            sys.exit(f"no answer: {error}")
        time.sleep(0.05)
PYTHON
then
    cat "$said" >&2
    exit 1
fi

kill $server
wait $server 2>/dev/null || true

step "unilith why nginx $card --target $target"
"$BIN/unilith" why nginx $card --target "$target"
step "unilith size nginx --target $target"
"$BIN/unilith" size nginx --target "$target"
