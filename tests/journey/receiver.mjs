// Somebody's program that is told by webhooks: keeps what comes, and answers as it is told to.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

// Listens on a free port of this machine until it is closed.
export async function openReceiver() {
  const got = [];
  const receiver = { got, status: 200, of: (type) => got.filter(({ json }) => json.type === type) };
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces);
      got.push({ path: request.url, headers: request.headers, body, json: JSON.parse(body) });
      response.writeHead(receiver.status, { "content-type": "text/plain" }).end(receiver.status === 200 ? "thanks" : "not now");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  receiver.close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return receiver;
}

// How old a message may be, and how far ahead of us, in seconds.
const TOLERANCE_SECS = 300;

// The signatures that a message brings, each as its bytes; other versions than the first are passed over.
export function signatures({ headers }) {
  const all = headers["webhook-signature"].split(" ").map((each) => each.split(","));
  return all.filter(([version]) => version === "v1").map(([, text]) => Buffer.from(text, "base64"));
}

// Whether a message is from who has the secret, by the rules of Standard Webhooks 1.0.0 and nothing else.
export function isSigned(secret, message, nowMillis = Date.now()) {
  const { "webhook-id": id, "webhook-timestamp": at } = message.headers;
  if (!id || !/^\d+$/.test(at) || Math.abs(nowMillis / 1000 - Number(at)) > TOLERANCE_SECS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${at}.`).update(message.body).digest();
  return signatures(message).some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
}
