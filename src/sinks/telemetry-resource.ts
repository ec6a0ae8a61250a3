import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";

/** Who made the spans and log records: the instrumentation scope. */
export const emitter = { name: "ringmain" };

/** What they are about: one workspace. */
export function telemetryResource(workspaceName: string): Resource {
  return resourceFromAttributes({ "service.name": "ringmain", "ringmain.workspace": workspaceName });
}
