import { createRequire } from "node:module";
import type * as CedarWasm from "@cedar-policy/cedar-wasm/nodejs";

let loaded: typeof CedarWasm | undefined;

/**
 * The Cedar engine, loaded at its first use: compiling its WebAssembly takes some 30 ms, and a process whose calls
 * no policy concerns never pays them. Synchronous, because a decision is taken inside an open transaction.
 */
export function loadCedar(): typeof CedarWasm {
  loaded ??= createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
  if (loaded === undefined) throw new Error("the Cedar engine exports nothing");
  return loaded;
}
