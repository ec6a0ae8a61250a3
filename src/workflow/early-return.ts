import type { Json } from "../core/json.ts";

/** Thrown by a `return`: no failure, but the end of the workflow, with these outputs. Nothing catches it on its way. */
export class EarlyReturn {
  readonly outputs: Record<string, Json>;

  constructor(outputs: Record<string, Json>) {
    this.outputs = outputs;
  }
}
