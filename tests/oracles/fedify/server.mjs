// node server.mjs [PORT]: a Fedify peer on the loopback, with control paths that begin with /__ beside it.
// It prints one JSON line when it is ready, and ends when its standard input does: no test leaves it behind.
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import { Writable } from "node:stream";
import { configure, getStreamSink } from "@logtape/logtape";
import { controls } from "./control.mjs";
import { NAME, newMemory, newPeer } from "./peer.mjs";

async function bodyOf(message) {
  const pieces = [];
  for await (const piece of message) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Fetch's Request from Node's, headers raw so that a duplicate stays visible. */
function asRequest(message, body) {
  const headers = new Headers();
  for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(...message.rawHeaders.slice(i, i + 2));
  const bodiless = message.method === "GET" || message.method === "HEAD";
  const url = new URL(message.url, `http://${message.headers.host}`);
  return new Request(url, { method: message.method, headers, body: bodiless ? undefined : body });
}

async function answerControl(peer, url, message, body) {
  const control = controls[`${message.method} ${url.pathname}`];
  if (control == null) return Response.json({ error: "no such control" }, { status: 404 });
  try {
    const asked = body.length ? JSON.parse(body) : Object.fromEntries(url.searchParams);
    return Response.json(await control(peer, asked));
  } catch (error) {
    return Response.json({ error: error.stack ?? String(error) }, { status: 500 });
  }
}

/** Answer as the fediverse peer, and note what was answered to whom. */
async function answerPeer(peer, message, body) {
  const request = asRequest(message, body);
  const response = await peer.federation.fetch(request, { contextData: undefined });
  peer.memory.answers.push({ method: message.method, path: message.url, status: response.status });
  return response;
}

async function onRequest(peer, message, reply) {
  const body = await bodyOf(message);
  const url = new URL(message.url, peer.origin);
  const response = url.pathname.startsWith("/__")
    ? await answerControl(peer, url, message, body)
    : await answerPeer(peer, message, body);
  reply.writeHead(response.status, Object.fromEntries(response.headers));
  reply.end(Buffer.from(await response.arrayBuffer()));
}

async function keepLog() {
  const lowestLevel = process.env.FEDIFY_LOG ?? "warning";
  await configure({
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { stderr: getStreamSink(Writable.toWeb(process.stderr)) },
    loggers: [
      { category: "fedify", sinks: ["stderr"], lowestLevel },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}

async function main(port) {
  await keepLog();
  const server = createServer();
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  const origin = `http://localhost:${server.address().port}`;
  const memory = newMemory();
  const { federation, privateKey } = await newPeer(origin, memory);
  const ctx = federation.createContext(new URL(origin), undefined);
  const keyId = (await ctx.getActorKeyPairs(NAME))[0].keyId;
  const peer = { federation, ctx, memory, origin, key: { privateKey, keyId } };
  server.on("request", (message, reply) => {
    onRequest(peer, message, reply).catch((error) => {
      console.error(error);
      reply.writeHead(500).end();
    });
  });
  const [actor, inbox] = [ctx.getActorUri(NAME).href, ctx.getInboxUri(NAME).href];
  console.log(JSON.stringify({ port: server.address().port, origin, actor, inbox, keyId: keyId.href }));
  process.stdin.on("end", () => process.exit()).resume();
}

await main(Number(process.argv[2] ?? 0));
