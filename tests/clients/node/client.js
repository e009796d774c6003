// Socket.io clients from npm, driven by JSON lines on standard input; everything they hear leaves as JSON lines.
//
// in:  {do: "connect", client, url, options} · {do: "call", client, call, name, args} · {do: "leave", client}
// out: {client, heard: "connect" | "connect_error" | "disconnect" | "answer" | "upgrade" | "event", …}
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const clients = new Map();

/** @param {object} line */
const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const commands = {
  connect({ client, url, options }) {
    const socket = io(`${url}/live`, { forceNew: true, reconnection: false, ...options });
    clients.set(client, socket);
    socket.io.engine.on("upgrade", (transport) => tell({ client, heard: "upgrade", transport: transport.name }));
    socket.on("connect", () => {
      tell({ client, heard: "connect", id: socket.id, transport: socket.io.engine.transport.name });
    });
    socket.on("connect_error", (error) => tell({ client, heard: "connect_error", message: error.message, data: error.data }));
    socket.on("disconnect", (reason) => tell({ client, heard: "disconnect", reason }));
    socket.onAny((name, ...args) => tell({ client, heard: "event", name, args }));
  },
  call({ client, call, name, args }) {
    clients.get(client).emit(name, ...args, (...answer) => tell({ client, heard: "answer", call, answer }));
  },
  leave({ client }) {
    clients.get(client).disconnect();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.do](command);
}
process.exit(0);
