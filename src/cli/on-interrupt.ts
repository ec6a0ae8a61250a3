/**
 * On the first Ctrl-C or SIGTERM, closes what is open, so that nothing is lost and no server stays behind; the
 * second one ends the process at once. Returns whether a signal has come.
 */
export function onInterrupt(close: () => Promise<void>): () => boolean {
  let received = false;
  const handle = (signal: NodeJS.Signals) => {
    if (received) process.exit(130);
    received = true;
    process.exitCode = 130;
    if (process.stderr.isTTY)
      process.stderr.write(`\n${signal}: finishing the call in flight; again to end at once.\n`);
    void close();
  };
  process.on("SIGINT", handle).on("SIGTERM", handle).on("SIGHUP", handle);
  return () => received;
}
