// Somebody's program that is told by webhooks: keeps what comes, and answers as it is told to.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";

// Listens on a free port of this machine until it is closed.
export async function openReceiver() {
  const got = [];
  const receiver = { got, status: 200 };
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      got.push({ path: request.url, headers: request.headers, body: Buffer.concat(pieces).toString("utf8") });
      response.writeHead(receiver.status, { "content-type": "text/plain" }).end(receiver.status === 200 ? "thanks" : "not now");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  receiver.close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return receiver;
}

// What the specification says a message is signed with.
export function signatureOf(secret, { headers, body }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}
