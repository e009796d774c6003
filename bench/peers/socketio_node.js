// Node's socket.io, as its documentation shows a room: what one client sends, everyone in the room hears. Stores nothing.
// Usage: node socketio_node.js [CERTIFICATE KEY]; prints the same ready line as the product.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server } from "socket.io";

const [certificate, key] = process.argv.slice(2);
const nothing = (request, response) => response.writeHead(404).end();
const server = certificate
  ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, nothing)
  : createServer(nothing);
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
const live = io.of("/live");

live.on("connection", (socket) => {
  socket.join("list");
  // The fan-out: the message that the product would tell, to everyone in the room, the sender too.
  socket.on("edit", (message) => live.to("list").emit("list.changed", message));
  // The echo: told to the others as well, then acknowledged, as the product does.
  socket.on("echo", (message, acknowledge) => {
    live.to("list").emit("list.changed", message);
    acknowledge({ ok: true, result: message.answer });
  });
});

server.listen(0, "127.0.0.1", 8192, () => {
  const scheme = certificate ? "https" : "http";
  console.log(`ready ${scheme}://127.0.0.1:${server.address().port}`);
});
