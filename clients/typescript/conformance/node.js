/** Drives the client in Node for `clients/conformance/check.py`: `node node.js URL POSITIONS`, the requests on stdin. */
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { FilePositions } from "../dist/node.js";
import { drive } from "./drive.js";

const [url, path] = process.argv.slice(2);
await drive({
  url,
  requests: JSON.parse(await text(process.stdin)),
  positions: new FilePositions(path),
  say: (line) => console.log(JSON.stringify(line)),
  WebSocket,
});
