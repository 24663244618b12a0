/**
 * What this project expects to go wrong or to be tried, and what stands against it. One row per id: code cites an id as
 * `threats.md U1`, a test's title as `U1: …` or `… (U1)`, a rule of `stacks/policy/` by its type.
 */

export interface Threat {
  readonly threat: string;
  readonly defence: string;
  /** With which system it comes: until then no test has to hold it. */
  readonly comesWith?: string;
}

const UPLOADS = {
  U1: {
    threat: "An upload that is larger than what was agreed on.",
    defence:
      "S3 itself counts: a form is signed with a range of lengths, a PUT with one exact length, and a read is cut at the limit.",
  },
  U2: {
    threat: "A file that is not what its content type says.",
    defence:
      "The type is part of the signature, the worker decides by the bytes, and a rendition's type is its encoder's.",
  },
  U3: {
    threat: "An address that is used again, for something else, or too late.",
    defence: "A key of its own for each job, five minutes at most, and a write only where nothing is yet.",
  },
  U4: {
    threat: "A file name that leaves its folder, breaks a header or turns the direction of a text.",
    defence:
      "Keys hold ids of the server's making alone. The name stays on the job: 255 bytes, NFC, nothing that cannot be seen.",
  },
  U5: {
    threat: "Somebody who asks for uploads without end.",
    defence:
      "The API's stage is throttled, presign has places of its own, and what was never finished is deleted by the bucket.",
  },
  U6: {
    threat: "An upload that was announced and never comes.",
    defence:
      "A sweep on a schedule ends such jobs, and who reads does not rely on DynamoDB, which deletes expired rows late.",
  },
  U9: {
    threat: "A request that is no JSON, is huge, is of another method or another form, or reaches for the prototype.",
    defence: "One schema per route without properties that it does not know, 8 KB of body, and a 4xx of one shape.",
  },
} as const satisfies Record<string, Threat>;

const EVENTS = {
  E1: {
    threat: "S3 writes keys in events in form encoding: a plus sign is a blank.",
    defence: "Keys are decoded so, and a record whose key cannot be decoded is lost alone.",
  },
  E2: {
    threat: "Messages that announce no upload, like S3's test event.",
    defence: "They are acknowledged and do nothing.",
  },
  E3: {
    threat: "The same message twice, or two workers on one job.",
    defence:
      "A job is claimed by a conditional write that numbers the attempt, and every later write names the number. Keys and bytes of a rendition are the same each time, and a job that has ended never changes.",
  },
  E5: {
    threat: "The object is replaced between its event and the worker's read.",
    defence:
      "The worker reads the version that was announced, or by its entity tag, and stops at the size that is accepted.",
  },
  E6: {
    threat: "One bad message takes the batch with it.",
    defence: "What a file caused is written on its job and acknowledged. Of a batch, only what failed comes back.",
  },
  E7: {
    threat: "A message that kills every worker.",
    defence: "After five tries it is a dead letter, whose consumer ends the job in words; an alarm tells.",
  },
  E8: {
    threat: "A worker that dies in mid-work.",
    defence:
      "Objects first, status last. A deadline of its own comes before Lambda's, and a message does not reappear while it is worked on.",
  },
  E9: {
    threat: "A rendition that starts a job.",
    defence: "Sources and renditions have buckets of their own, and no worker may write where uploads come in.",
  },
} as const satisfies Record<string, Threat>;

const IMAGES = {
  I1: {
    threat: "A small file that declares a picture larger than the memory.",
    defence:
      "Size and need of memory are reckoned from the header, before anything is decoded; [pictures.md](pictures.md) has the limits.",
  },
  I2: {
    threat: "A damaged picture that comes out as half a picture.",
    defence:
      "The decoder stops at the first warning, everything is decoded before the first write, and what is mended is proved whole.",
  },
  I3: {
    threat: "SVG, which reads neighbouring files and computes without end.",
    defence: "It is told by its bytes and refused; the decoders that could draw it are switched off.",
  },
  I4: {
    threat: "Where a photo was taken, and with what, gets out; or it lies on its side.",
    defence: "The orientation is applied, and no metadata is written.",
  },
  I5: {
    threat: "Colours that browsers would show wrong: CMYK, sixteen bits, wide gamuts.",
    defence: "Every rendition is sRGB of eight bits, converted by the source's own profile.",
  },
  I6: {
    threat: "An animation of a thousand frames.",
    defence: "Frames and the pixels of all frames are counted before they are decoded.",
  },
  I7: {
    threat: "A picture that is a program or an archive as well.",
    defence: "Everything is encoded anew, and the CDN shows each file in a sandbox where nothing runs.",
  },
  I8: {
    threat: "A format that the decoder was built without.",
    defence: "It is refused by its name, with the formats that work.",
  },
} as const satisfies Record<string, Threat>;

const FILMS = {
  F1: {
    threat: "A playlist under a film's name, which makes ffmpeg read other files or addresses.",
    defence:
      "Containers are told by their bytes; ffprobe and ffmpeg get a whitelist of demuxers and the protocol `file` alone, and never an address. The whitelist of protocols by itself does not stop a disguised playlist.",
  },
  F2: {
    threat: "A film that never ends, or costs more than anybody pays.",
    defence:
      "Pixels, frames a second, length and streams are bounded; at its deadline the encoder's whole process group is killed.",
  },
  F3: {
    threat: "A full disk.",
    defence:
      "Room is asked for before a download, each output has its share, and what a dead worker left is deleted first.",
  },
  F5: {
    threat: "Films out of the ordinary: no sound, no picture, a cover, turned, odd sides.",
    defence: "Each has a plan of its own: even sides, upright, the index in front.",
  },
  F7: {
    threat: "ffmpeg that reports success and wrote nothing.",
    defence: "Every output is probed before its job is complete.",
  },
} as const satisfies Record<string, Threat>;

const DELIVERY = {
  A1: {
    threat: "Somebody who guesses other people's jobs.",
    defence: "Ids of 122 random bits; one and the same 404 for what is missing, foreign or no id.",
  },
  A5: {
    threat: "A page that uses the API in a visitor's name.",
    defence: "Cross-origin access is given to exact origins, by one list for bucket, API and CDN.",
  },
  A6: {
    threat: "A CDN that hands on a poisoned or a private answer, or a file that acts as a page.",
    defence:
      "The CDN keeps answers by path alone and errors briefly, reads the bucket by itself alone, and sends what makes a browser careful.",
  },
  A10: {
    threat: "A log that opens something or tells of somebody.",
    defence: "Logs are JSON without signed addresses, tokens and what a person typed.",
  },
} as const satisfies Record<string, Threat>;

const PLATFORM = {
  P1: {
    threat: "A function that is taken over reaches everything.",
    defence: "Least privilege: a role per function, no wildcard but on a written list; the laptop enforces the same.",
  },
  P2: {
    threat: "A service that is talked into acting for another account (confused deputy).",
    defence: "Whatever lets a service act names the one resource or the account that it acts for.",
  },
  P3: {
    threat: "A bucket that everybody can read.",
    defence: "Buckets are private, encrypted, for TLS alone, their owner's, and forget in time.",
  },
  P4: {
    threat: "Data that is lost by mistake, or logs that are kept for ever.",
    defence: "What is kept can be restored, and every log ends.",
  },
  P5: {
    threat: "A secret in code, an output, a plan or a state.",
    defence: "There is none: functions sign by their roles. Rules, scans and the review of plans look for one.",
  },
  P6: {
    threat: "A refactoring that destroys people's files.",
    defence: "Ids of resources are fixed, and what holds data refuses to be destroyed.",
  },
  P7: {
    threat: "A package, an action or a program that was exchanged on its way.",
    defence:
      "Integrity in the lock file, no install scripts, actions by commit, ffmpeg by SHA-256, and builds that repeat byte for byte.",
  },
  P9: {
    threat: "A laptop that is more generous than AWS, so that a mistake shows only there.",
    defence:
      "The runtime enforces what it claims (signatures, policies, CORS, IAM, visibility, redrive), and refuses the rest by name.",
  },
} as const satisfies Record<string, Threat>;

const LAPTOP = {
  L1: {
    threat: "A web page, or another user of the machine, talks to the runtime's ports.",
    defence:
      "Each server answers to its own names alone and to no page that is not listed; workers have a secret path; JSON where a form could post.",
  },
  L2: {
    threat: "A signal that reaches a stranger, because the process id was given away again.",
    defence: "Birth time, or a group of our own, is looked at before every signal.",
  },
  L3: {
    threat: "Damaged or missing state that is taken for none.",
    defence: "It is refused by the file's name, and nothing is deleted.",
  },
  L4: {
    threat: "A disk that fills in mid-write.",
    defence: "A change counts when its line is written; a journal is rewritten beside the old one, and then swapped.",
  },
  L5: {
    threat: "A function that finds on a laptop what it will not find on AWS.",
    defence: "Its PATH and its environment are what is declared, and nothing of the machine's.",
  },
  L6: {
    threat: "Code from the stack that escapes its sandbox or never ends: resolvers, edge functions, expressions.",
    defence: "An isolate that holds nothing of the host and is cut off in time.",
    comesWith: "booth, talks",
  },
} as const satisfies Record<string, Threat>;

const PEOPLE = {
  Q1: {
    threat: "A forged, expired or borrowed token.",
    defence: "Algorithm, key, issuer, audience, use and time are checked before any function runs.",
    comesWith: "users",
  },
  Q2: {
    threat: "Accounts that can be found out or guessed.",
    defence:
      "One answer for unknown and wrong, a lockout that grows, codes that are used up, verifiers instead of passwords.",
    comesWith: "users",
  },
  Q3: {
    threat: "A request that says itself whose things it is about.",
    defence: "The owner is the identity's alone; foreign and missing look the same.",
    comesWith: "users",
  },
  Q4: {
    threat: "A guest who reaches more than a guest's things.",
    defence: "A guest's role allows named fields, expires, and hands on only what the guest made.",
    comesWith: "booth",
  },
  Q5: {
    threat: "A GraphQL request that asks for everything at once, or listens to others.",
    defence: "Bounds on depth, aliases and batches; subscriptions are authorized and filtered by owner.",
    comesWith: "booth",
  },
  Q6: {
    threat: "An upload into somebody else's album, or one that was deleted.",
    defence: "Ownership is proved before anything is signed, and what has no record is removed.",
    comesWith: "booth",
  },
  Q7: {
    threat: "A client's price, a payment taken twice, a webhook forged or replayed.",
    defence: "The server's catalogue, idempotency, a signature over the raw body, each event once.",
    comesWith: "booth",
  },
  Q8: {
    threat: "A workflow that is started twice, or an old event over a newer result.",
    defence: "An execution is named after the object's version, and terminal states are written on a condition.",
    comesWith: "talks",
  },
  Q9: {
    threat: "What people said, in histories, logs and metrics.",
    defence: "State holds ids and numbers, logs are scrubbed, and erasing reaches every copy.",
    comesWith: "talks",
  },
  Q10: {
    threat: "Instructions inside a transcript, or quotes that nobody said.",
    defence: "A transcript is data; the answer has a schema, and code looks up every quote.",
    comesWith: "talks",
  },
  Q11: {
    threat: "A shared address that is guessed, found by a search engine, or never ends.",
    defence: "Random, with an end, revoked at the next request, and closed to search engines.",
    comesWith: "booth",
  },
} as const satisfies Record<string, Threat>;

export const THREAT_TOPICS = {
  Uploads: UPLOADS,
  "Events and queues": EVENTS,
  Pictures: IMAGES,
  "Film and sound": FILMS,
  "API and delivery": DELIVERY,
  Infrastructure: PLATFORM,
  "The laptop runtime": LAPTOP,
  "People, GraphQL, workflows": PEOPLE,
} as const;

export const THREATS = {
  ...UPLOADS,
  ...EVENTS,
  ...IMAGES,
  ...FILMS,
  ...DELIVERY,
  ...PLATFORM,
  ...LAPTOP,
  ...PEOPLE,
} as const;

export type KnownThreatId = keyof typeof THREATS;
