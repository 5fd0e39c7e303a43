// A fediverse peer of one person, made of Fedify and nothing of ours: whatever it refuses is wrong with us.
import { createFederation, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import { getDocumentLoader } from "@fedify/fedify/runtime";
import { generateCryptoKeyPair } from "@fedify/fedify/sig";
import { Accept, Activity, Endpoints, Follow, Note, Person, Undo } from "@fedify/vocab";
import { readActivity } from "./reading.mjs";

export const NAME = "judge";
/** Who the judge becomes when it moves. */
export const ANEW = "anew";

/** What the peer remembers while it runs. */
export const newMemory = () => ({
  seen: [],
  followers: new Map(),
  follows: new Map(),
  notes: new Map(),
  answers: [],
  moved: false,
});

// Fedify's own loader keeps a document for five minutes; an edit must be seen at once here.
export const loaders = {
  documentLoader: getDocumentLoader({ allowPrivateAddress: true }),
  contextLoader: getDocumentLoader({ allowPrivateAddress: true }),
};

async function onFollow(ctx, follow, memory) {
  const follower = await follow.getActor(loaders);
  const followed = [NAME, ANEW].find((name) => follow.objectId?.href === ctx.getActorUri(name).href);
  if (follower?.id == null || followed == null) return;
  if (followed === NAME) memory.followers.set(follower.id.href, follower);
  const id = new URL(`/accepts/${crypto.randomUUID()}`, ctx.origin);
  const accept = new Accept({ id, actor: follow.objectId, to: follower.id, object: follow });
  await ctx.sendActivity({ identifier: followed }, follower, accept, { immediate: true });
}

async function onUndo(undo, memory) {
  const undone = await undo.getObject({ ...loaders, suppressError: true });
  if (undone instanceof Follow) memory.followers.delete(undo.actorId?.href);
}

function setInbox(federation, memory) {
  const keep = async (activity) => memory.seen.push(await readActivity(activity, loaders));
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: NAME }))
    .on(Follow, async (ctx, follow) => {
      await keep(follow);
      await onFollow(ctx, follow, memory);
    })
    .on(Undo, async (_ctx, undo) => {
      await keep(undo);
      await onUndo(undo, memory);
    })
    .on(Activity, (_ctx, activity) => keep(activity)); // Accept, Reject, Create, Update, Delete, Announce, …
}

function setActor(federation, pairs, memory) {
  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
      if (identifier !== NAME && identifier !== ANEW) return null;
      const keys = await ctx.getActorKeyPairs(identifier);
      return new Person({
        id: ctx.getActorUri(identifier),
        preferredUsername: identifier,
        name: "Juge",
        inbox: ctx.getInboxUri(identifier),
        outbox: ctx.getOutboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        url: ctx.getActorUri(identifier),
        manuallyApprovesFollowers: false,
        aliases: identifier === ANEW ? [ctx.getActorUri(NAME)] : [],
        successor: identifier === NAME && memory.moved ? ctx.getActorUri(ANEW) : null,
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
      });
    })
    .setKeyPairsDispatcher((_ctx, identifier) => (identifier === NAME || identifier === ANEW ? pairs : []));
}

function setCollections(federation, memory) {
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
    items: [...memory.followers.values()],
  }));
  federation.setObjectDispatcher(Note, "/notes/{id}", (_ctx, { id }) => memory.notes.get(id) ?? null);
  federation.setObjectDispatcher(Follow, "/follows/{id}", (_ctx, { id }) => memory.follows.get(id) ?? null);
}

/** Build the federation; `origin` is the address that its ids begin with. */
export async function newPeer(origin, memory) {
  const pairs = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
    origin,
    allowPrivateAddress: true, // the only rule relaxed: tests live on the loopback
    circuitBreaker: false, // a server that a test stops must not silence the next test
  });
  setActor(federation, pairs, memory);
  setInbox(federation, memory);
  setCollections(federation, memory);
  return { federation, privateKey: pairs[0].privateKey };
}
