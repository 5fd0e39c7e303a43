// What a test may ask of the peer.  Each entry takes a JSON body (or query) and gives a JSON answer.
import { signRequest, verifyObject, verifyRequestDetailed } from "@fedify/fedify/sig";
import { Activity, Create, Follow, isActor, Mention, Move, Note, PUBLIC_COLLECTION, Undo } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { ANEW, loaders, NAME } from "./peer.mjs";
import { readObject } from "./reading.mjs";

const BODILESS = new Set(["GET", "HEAD"]);

// `headers` may be pairs, so that a test can send one twice.
const request = ({ method, url, headers, body }) =>
  new Request(url, { method, headers, body: BODILESS.has(method.toUpperCase()) ? undefined : body });

/** Answer what became of a delivery made by Fedify itself, double knock included. */
async function outcome(delivery) {
  try {
    await delivery;
    return { accepted: true };
  } catch (error) {
    return {
      accepted: false,
      status: error.statusCode ?? null,
      answer: error.responseBody ?? null,
      error: String(error),
    };
  }
}

async function actorAt(ctx, url) {
  const documentLoader = await ctx.getDocumentLoader({ identifier: NAME });
  const actor = await ctx.lookupObject(url, { ...loaders, documentLoader });
  if (!isActor(actor)) throw new Error(`Fedify sees no actor at ${url}`);
  return actor;
}

const hand = (ctx, recipients, activity) =>
  outcome(ctx.sendActivity({ identifier: NAME }, recipients, activity, { immediate: true }));

/** Sign an activity's bytes as they are and post them: for what Fedify's classes would never say. */
async function sendExactly({ privateKey, keyId }, { inbox, activity, spec }) {
  const body = typeof activity === "string" ? activity : JSON.stringify(activity);
  const headers = { "content-type": "application/activity+json" };
  const unsigned = request({ method: "POST", url: inbox, headers, body });
  const response = await fetch(await signRequest(unsigned, privateKey, keyId, { spec }));
  return { accepted: response.ok, status: response.status, answer: await response.text() };
}

function newNote(ctx, { content, public: open = false, in_reply_to, summary }, mentioned) {
  const id = crypto.randomUUID();
  const note = new Note({
    id: ctx.getObjectUri(Note, { id }),
    attribution: ctx.getActorUri(NAME),
    content,
    summary,
    published: Temporal.Now.instant(),
    replyTarget: in_reply_to ? new URL(in_reply_to) : null,
    tos: open ? [PUBLIC_COLLECTION] : mentioned.map((actor) => actor.id),
    ccs: open ? [ctx.getFollowersUri(NAME), ...mentioned.map((actor) => actor.id)] : [],
    tags: mentioned.map(
      (actor) => new Mention({ href: actor.id, name: `@${actor.preferredUsername}@${actor.id.host}` }),
    ),
  });
  return [id, note];
}

export const controls = {
  "GET /__seen": ({ memory }) => ({
    activities: memory.seen,
    followers: [...memory.followers.keys()],
    answers: memory.answers,
  }),

  "POST /__forget": ({ memory }) => {
    memory.seen.length = memory.answers.length = 0;
    return {};
  },

  "POST /__follow": async ({ ctx, memory }, { actor }) => {
    const target = await actorAt(ctx, actor);
    const key = crypto.randomUUID();
    const id = ctx.getObjectUri(Follow, { id: key });
    const follow = new Follow({ id, actor: ctx.getActorUri(NAME), object: target.id, to: target.id });
    memory.follows.set(key, follow).set(target.id.href, follow);
    return { id: id.href, ...(await hand(ctx, target, follow)) };
  },

  "POST /__undo_follow": async ({ ctx, memory }, { actor }) => {
    const target = await actorAt(ctx, actor);
    const object = memory.follows.get(target.id.href);
    if (object == null) throw new Error(`${target.id} was not followed`);
    const id = new URL(`/undos/${crypto.randomUUID()}`, ctx.origin);
    const undo = new Undo({ id, actor: ctx.getActorUri(NAME), object, to: target.id });
    return { id: id.href, ...(await hand(ctx, target, undo)) };
  },

  "POST /__move": async ({ ctx, memory }, { to }) => {
    memory.moved = true;
    const recipient = await actorAt(ctx, to);
    const [actor, target] = [ctx.getActorUri(NAME), ctx.getActorUri(ANEW)];
    const id = new URL(`/moves/${crypto.randomUUID()}`, ctx.origin);
    const move = new Move({ id, actor, object: actor, target, to: recipient.id });
    return { anew: target.href, ...(await hand(ctx, recipient, move)) };
  },

  "POST /__send": async ({ ctx, key }, asked) => {
    if (asked.exactly) return sendExactly(key, asked);
    const activity = await Activity.fromJsonLd(asked.activity, loaders);
    const inboxId = new URL(asked.inbox);
    return hand(ctx, { id: activity.toId ?? inboxId, inboxId, endpoints: null }, activity);
  },

  "POST /__create_note": async ({ ctx, memory }, asked) => {
    const mentioned = await Promise.all((asked.to ?? []).map((url) => actorAt(ctx, url)));
    const [key, note] = newNote(ctx, asked, mentioned);
    memory.notes.set(key, note);
    const id = new URL(`/creates/${key}`, ctx.origin);
    const create = new Create({
      id,
      actor: ctx.getActorUri(NAME),
      object: note,
      published: note.published,
      tos: note.toIds,
      ccs: note.ccIds,
    });
    const readers = asked.public ? [...memory.followers.values(), ...mentioned] : mentioned;
    const sent = await hand(ctx, readers, create);
    return { id: id.href, note: note.id.href, json: await create.toJsonLd(loaders), ...sent };
  },

  "GET /__lookup": async ({ ctx }, { url, signed }) => {
    const signer = signed ? { documentLoader: await ctx.getDocumentLoader({ identifier: NAME }) } : {};
    const object = await ctx.lookupObject(url, { ...loaders, ...signer });
    if (object == null) return { found: false };
    const understood = await object.toJsonLd({ ...loaders, format: "compact" });
    return { found: true, ...(await readObject(object, loaders)), json: await object.toJsonLd(loaders), understood };
  },

  // A collection from its first page to its last, as Fedify goes through it.
  "GET /__traverse": async ({ ctx }, { url }) => {
    const collection = await ctx.lookupObject(url, loaders);
    if (collection == null) return { found: false };
    const items = [];
    for await (const item of ctx.traverseCollection(collection, loaders)) {
      items.push(await readObject(item, loaders));
      if (items.length >= 200) break;
    }
    return { found: true, type: collection.constructor.name, total: collection.totalItems, items };
  },

  // Whether the proofs inside an activity hold, whoever brought it (FEP-8b32).
  "POST /__verify_proof": async (_peer, asked) => {
    try {
      return { ok: (await verifyObject(Activity, JSON.parse(asked.body), loaders)) != null };
    } catch (error) {
      return { ok: false, reason: String(error) };
    }
  },

  "POST /__verify": async (_peer, asked) => {
    try {
      const result = await verifyRequestDetailed(request(asked), loaders);
      if (result.verified) return { ok: true, keyId: result.key.id?.href ?? null };
      return { ok: false, keyId: result.reason.keyId?.href ?? null, reason: result.reason.type };
    } catch (error) {
      return { ok: false, keyId: null, reason: String(error) };
    }
  },

  "POST /__sign": async ({ key }, { spec, ...asked }) => {
    const signed = await signRequest(request(asked), key.privateKey, key.keyId, { spec });
    return { headers: Object.fromEntries(signed.headers) };
  },
};
