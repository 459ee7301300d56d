// Starts the program and the providers' stand-in for one language, each on a free port with its own
// data, and ends them again, by their process and never by name.
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReceiver } from "./receiver.mjs";
import { until } from "./wait.mjs";

const running = new Set();

// A port nobody listens on at this moment.
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// What a person has set for other uses must not reach the program.
function environment(settings) {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith("OXPI_"));
  return { ...Object.fromEntries(others), ...settings };
}

function start(program, args, settings, { cwd, log }) {
  const child = spawn(program, args, { cwd, env: environment(settings), stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const server = { child, log, ended: null };
  child.once("error", (error) => (server.ended = String(error)));
  child.once("exit", (code, signal) => {
    server.ended ??= `ended with ${signal ?? code}`;
    running.delete(server);
  });
  running.add(server);
  return server;
}

// Waits until it answers; that it ended first is said at once.
async function answers(server, url) {
  await until(60, `${url} answers`, async () => {
    if (server.ended) throw Object.assign(new Error(`${url}: ${server.ended}\n${tail(server.log)}`), { final: true });
    const reply = await fetch(url).catch(() => null);
    return reply?.ok;
  });
}

// A fresh house: an empty data folder, the program in its sandbox, and the stand-in behind it.
export async function openHouse({ name, target, plugins, out }) {
  const data = mkdtempSync(join(tmpdir(), `oxpi-journey-${name}-`));
  const [port, simulatorPort] = [await freePort(), await freePort()];
  // By a name: passkeys are kept for nothing else.
  const base = `http://localhost:${port}`;
  const simulator = `http://127.0.0.1:${simulatorPort}`;
  const receiver = await openReceiver();
  const log = join(out, `${name}-oxpi.log`);
  const stand = start(
    join(target, "debug/oxpi-simulators"),
    ["--address", `127.0.0.1:${simulatorPort}`, "--any-loopback-redirect"],
    {},
    { cwd: data, log: join(out, `${name}-simulators.log`) },
  );
  const settings = {
    OXPI_SERVER__ADDRESS: `127.0.0.1:${port}`,
    OXPI_SERVER__PUBLIC_URL: base,
    OXPI_DATA__DIR: join(data, "data"),
    OXPI_PLUGINS__DIRS: JSON.stringify([plugins]),
    OXPI_OPENID__ISSUER: "https://id.example/realms/office",
    OXPI_OPENID__CLIENT_ID: "demo",
    OXPI_OPENID__CLIENT_SECRET: "demo-secret",
    OXPI_OPENID__NAME: "ID Example",
    OXPI_SANDBOX__ENABLED: "true",
    OXPI_SANDBOX__REDIRECTS: JSON.stringify([`https://hooks.example=${receiver.url}`, `*=${simulator}`]),
  };
  const program = start(join(target, "debug/oxpi"), ["serve"], settings, { cwd: data, log });
  const house = { base, simulator, receiver, log, data, servers: [program, stand] };
  try {
    await answers(stand, `${simulator}/_control/state`);
    await answers(program, `${base}/readyz`);
  } catch (error) {
    await closeHouse(house);
    throw error;
  }
  return house;
}

// Ends both and removes the data. Answers how the program ended.
export async function closeHouse(house) {
  await Promise.all([...house.servers.map(end), house.receiver.close()]);
  rmSync(house.data, { recursive: true, force: true });
  return house.servers[0].ended;
}

async function end(server) {
  if (!running.has(server)) return;
  const ended = new Promise((resolve) => server.child.once("exit", resolve));
  server.child.kill("SIGTERM");
  const patience = setTimeout(() => server.child.kill("SIGKILL"), 25_000);
  await ended;
  clearTimeout(patience);
}

// For a way out that can't wait.
export function killAll() {
  for (const server of running) server.child.kill("SIGKILL");
}

// The last lines of a log.
export function tail(log, lines = 25) {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
