import { RingmainError } from "../core/errors.ts";

/**
 * Reads headers as OpenTelemetry writes them in an environment variable: `name=value,name=value`, percent-encoded
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). Throws STATE_INVALID; no message repeats a value.
 */
export function readHeaders(variable: string, environment: NodeJS.ProcessEnv): Record<string, string> {
  const text = environment[variable];
  if (text === undefined || text.trim() === "") {
    throw invalid(`The headers for the collector are not set: ${variable} is empty.`);
  }
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(pairs.map((pair) => readHeader(pair, variable)));
}

function readHeader(pair: string, variable: string): [string, string] {
  const [, name = "", encoded = ""] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
  const value = decoded(encoded);
  if (name === "" || value === undefined || !/^[\t\x20-\x7e]*$/.test(value)) {
    throw invalid(`${variable} does not hold headers: each is name=value, and a comma stands between two.`);
  }
  return [name, value];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): RingmainError {
  return new RingmainError("STATE_INVALID", message, {
    hint: "Set it like authorization=Bearer%20TOKEN; headers_env of the sink in ringmain.yaml names the variable.",
  });
}
