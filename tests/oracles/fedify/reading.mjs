// What Fedify's classes made of a document, as plain JSON that a test can compare.
import { Link, Object as Thing } from "@fedify/vocab";

const text = (value) => (value == null ? null : value.toString());
const address = (value) => (value instanceof Link ? text(value.href) : text(value));

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

const attachment = (item) => ({
  type: item.constructor.name,
  media_type: item.mediaType ?? null,
  alt: text(item.name),
  url: address(item.url),
  width: item.width ?? null,
  height: item.height ?? null,
});

const tag = (item) => ({ type: item.constructor.name, name: text(item.name), href: text(item.href) });

/** Describe an object as Fedify understood it; null stays null. */
export async function readObject(object, loaders) {
  if (!(object instanceof Thing)) return null;
  return {
    type: object.constructor.name,
    id: text(object.id),
    attributed_to: text(object.attributionId),
    name: text(object.name),
    summary: text(object.summary),
    content: text(object.content),
    published: text(object.published),
    updated: text(object.updated),
    deleted: text(object.deleted),
    url: address(object.url),
    to: object.toIds.map(text),
    cc: object.ccIds.map(text),
    in_reply_to: text(object.replyTargetId),
    attachments: (await all(object.getAttachments(loaders))).map(attachment),
    tags: (await all(object.getTags(loaders))).map(tag),
    preferred_username: text(object.preferredUsername),
    inbox: text(object.inboxId),
    shared_inbox: text(object.endpoints?.sharedInbox),
  };
}

/** Describe a verified activity: `json` is as it came, the rest as Fedify's classes read it. */
export async function readActivity(activity, loaders) {
  const object = await activity.getObject({ ...loaders, suppressError: true });
  return {
    type: activity.constructor.name,
    id: text(activity.id),
    actor: text(activity.actorId),
    published: text(activity.published),
    to: activity.toIds.map(text),
    cc: activity.ccIds.map(text),
    object_id: text(activity.objectId),
    object: await readObject(object, loaders),
    json: await activity.toJsonLd(loaders),
  };
}
