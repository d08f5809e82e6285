// The socket.io-client of the web client, as published, under Node. Prints one JSON line: what it saw.
import { createRequire } from "node:module";

const [url, transports, modules] = process.argv.slice(2);
const { io } = createRequire(`${modules}/`)("socket.io-client");
const seen = [];

const refused = io(url, { transports: transports.split(","), forceNew: true, auth: {}, reconnection: false });
const error = await new Promise((resolve) => refused.on("connect_error", resolve));
seen.push(["refused", error.message, error.data.code]);
refused.close();

const socket = io(url, { transports: transports.split(","), forceNew: true, auth: { token: "A".repeat(43) } });
socket.onAny((...event) => seen.push(["event", ...event]));
await new Promise((resolve) => socket.on("connect", resolve));
const upgraded = new Promise((resolve) => socket.io.engine.on("upgrade", resolve));
if (transports === "polling,websocket" && socket.io.engine.transport.name === "polling") await upgraded;
seen.push(["transport", socket.io.engine.transport.name]);
seen.push(["answer", await socket.timeout(5000).emitWithAck("chat:send", { body: "Ça va ?" })]);
const many = Array.from({ length: 50 }, (_, n) => socket.timeout(5000).emitWithAck("chat:send", { body: `${n}` }));
seen.push(["answers", (await Promise.all(many)).map((answer) => answer.body).join()]);
seen.push(["answer", await socket.timeout(5000).emitWithAck("chat:send", { body: new Uint8Array([1, 2]) })]);
seen.push(["answer", await socket.timeout(5000).emitWithAck("chat:send", { body: "\ud83d" })]);
const closed = new Promise((resolve) => socket.on("disconnect", resolve));
await socket.timeout(5000).emitWithAck("chat:fail", { body: "expired" });
seen.push(["disconnect", await closed, socket.active]);
console.log(JSON.stringify(seen));
socket.close();
