/** What the hub tells a log. Never sent to a model: it may carry a server's own text. */
export interface HubEvent {
  level: "debug" | "info" | "warn" | "error";
  server: string;
  message: string;
}

export type HubLog = (event: HubEvent) => void;
