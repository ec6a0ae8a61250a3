import { render } from "ink";
import { App } from "./components/app.tsx";
import { createController } from "./controller.ts";
import type { RunSummary, TuiPort } from "./port.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Shows the screen until a person or a signal wants to leave, closes the program and gives the terminal back:
 * also when something breaks, which it then throws. Returns the runs that closing interrupted.
 */
export async function runTui(options: {
  port: TuiPort;
  /** Interrupts the runs and ends the servers. */
  close: () => Promise<void>;
}): Promise<{ interrupted: RunSummary[] }> {
  const { port, close } = options;
  const controller = createController(port);
  // ink takes a moment to listen; keys that come before must not be echoed
  process.stdin.setRawMode(true);
  const screen = render(<App controller={controller} />, {
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    interactive: true,
  });
  const restore = () => {
    controller.stop();
    screen.unmount();
    process.stdin.setRawMode(false);
  };
  controller.onImpatience(() => {
    restore();
    process.exit(130);
  });
  const broken = Promise.withResolvers<never>();
  const breakOff = (error: unknown) => broken.reject(error);
  for (const signal of signals) process.on(signal, controller.leave);
  process.on("uncaughtException", breakOff).on("unhandledRejection", breakOff);
  screen.waitUntilExit().catch(breakOff);
  try {
    await Promise.race([controller.left, broken.promise]);
    controller.stop();
    await Promise.race([close(), broken.promise]);
    const ended = await Promise.race([controller.endedRuns(), broken.promise]);
    return { interrupted: ended.filter(({ state }) => state === "interrupted") };
  } finally {
    restore();
    for (const signal of signals) process.off(signal, controller.leave);
    process.off("uncaughtException", breakOff).off("unhandledRejection", breakOff);
  }
}
