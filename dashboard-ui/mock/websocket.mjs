// The server side of RFC 6455, as much of it as a dashboard needs: text frames, close, no fragments.
import { createHash } from "node:crypto";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Accepts the upgrade; `onText` gets each message. Returns `send` and `close`. */
export function accept(request, socket, onText, onClose) {
  const key = createHash("sha1")
    .update(request.headers["sec-websocket-key"] + MAGIC)
    .digest("base64");
  socket.write(
    [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${key}`,
      "Sec-WebSocket-Protocol: netsentinel.v1.json",
      "\r\n",
    ].join("\r\n"),
  );
  let buffered = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let frame = read(buffered); frame !== null; frame = read(buffered)) {
      buffered = buffered.subarray(frame.size);
      if (frame.opcode === 1) onText(frame.payload.toString("utf8"));
      if (frame.opcode === 8) socket.end(encode(8, frame.payload));
    }
  });
  socket.on("close", onClose);
  socket.on("error", onClose);
  return {
    send: (message) => socket.write(encode(1, Buffer.from(JSON.stringify(message)))),
    close: (code, reason = "") => {
      const body = Buffer.alloc(2 + Buffer.byteLength(reason));
      body.writeUInt16BE(code);
      body.write(reason, 2);
      socket.end(encode(8, body));
    },
  };
}

function encode(opcode, payload) {
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 2 : payload.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (short) head[1] = payload.length;
  else if (head.length === 4) {
    head[1] = 126;
    head.writeUInt16BE(payload.length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([head, payload]);
}

function read(buffer) {
  if (buffer.length < 2) return null;
  let length = buffer[1] & 0x7f;
  let start = 2;
  if (length === 126) {
    if (buffer.length < 4) return null;
    length = buffer.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (buffer.length < 10) return null;
    length = Number(buffer.readBigUInt64BE(2));
    start = 10;
  }
  const size = start + 4 + length; // frames of a client are always masked
  if (buffer.length < size) return null;
  const mask = buffer.subarray(start, start + 4);
  const payload = Buffer.from(buffer.subarray(start + 4, size)).map((byte, at) => byte ^ mask[at % 4]);
  return { opcode: buffer[0] & 0x0f, payload, size };
}
