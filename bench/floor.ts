// The floor: the least that a call with a verified caller, a durable record of the same facts and a hash of it can cost
// on this machine. It imports nothing of Ringmain, and itself must reach 0.8 of a loop of bare commits.
import { generateKeyPairSync, hash, type KeyObject } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { jwtVerify, SignJWT } from "jose";

export interface Floor {
  /** Verifies the token (remembered), hashes and records the call; resolves when its record is on the disk. */
  call(token: string, call: FloorCall): Promise<number>;
  /** A token, signed with ed25519. */
  token(): Promise<string>;
  close(): void;
}

interface FloorCall {
  tool: string;
  arguments: unknown;
  step: string;
  key: string;
}

interface Waiting {
  body: string;
  resolve(seq: number): void;
  reject(error: unknown): void;
}

/** Opens a floor over a new SQLite file. */
export function openFloor(path: string): Floor {
  const database = openDurable(path);
  database.exec(
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT",
  );
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const insert = database.prepare("INSERT INTO record (body, hash) VALUES (?, ?)");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const verified = new Map<string, string>();
  let queue: Waiting[] = [];

  function commitAll(): void {
    const group = queue;
    queue = [];
    try {
      begin.run();
      const numbers = group.map(({ body }) => {
        return Number(insert.run(body, hash("sha256", body, "buffer")).lastInsertRowid);
      });
      commit.run();
      for (const [index, { resolve }] of group.entries()) resolve(numbers[index] ?? 0);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return {
    async call(token, call) {
      const principal = verified.get(token) ?? (await verify(token, publicKey));
      verified.set(token, principal);
      const body = JSON.stringify({ ...facts, ...call, time: new Date(), principal, result: call.arguments });
      return new Promise((resolve, reject) => {
        // calls that were made together come one after another, before a microtask of the first one
        if (queue.length === 0) queueMicrotask(commitAll);
        queue.push({ body, resolve, reject });
      });
    },
    token: () =>
      new SignJWT({})
        .setProtectedHeader({ alg: "EdDSA" })
        .setSubject("agent:bench")
        .setExpirationTime("1h")
        .sign(privateKey),
    close: () => database.close(),
  };
}

/** What else an entry of the trail says about a call. */
const facts = {
  kind: "call",
  verified_by: "run_token",
  client: "bench/1",
  server: "bench",
  effect: "create",
  decision: "allow",
  policies: ["bench.echo"],
  outcome: "done",
  run: "run_019a0000000000000000000000000000",
  workflow: "bench",
  workflow_hash: "0".repeat(64),
  tool_hash: "0".repeat(64),
  duration_us: 100,
  changed: [],
};

async function verify(token: string, key: KeyObject): Promise<string> {
  const { payload } = await jwtVerify(token, key, { algorithms: ["EdDSA"] });
  return payload.sub ?? "";
}

/** A loop of bare commits over a new SQLite file: each `commitOne` writes one row of the floor's size, durably. */
export function openRawCommits(path: string): { commitOne(): void; close(): void } {
  const database = openDurable(path);
  database.exec(
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT",
  );
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const insert = database.prepare("INSERT INTO record (body, hash) VALUES (?, ?)");
  const body = "x".repeat(620);
  const digest = new Uint8Array(32);
  return {
    commitOne() {
      begin.run();
      insert.run(body, digest);
      commit.run();
    },
    close: () => database.close(),
  };
}

/** Every commit survives a power cut. */
function openDurable(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  return database;
}
