import { enableCompileCache } from "node:module";
import { exitCode } from "./exit-code.ts";
import { compileCacheDir } from "./program-files.ts";

// a reader such as `head` that closes the pipe is no failure; without a reader of messages the work goes on
process.stderr.on("error", () => {});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.done);
});
// started by bin/ringmain.mjs under another Node.js, it ends in order when that process is gone
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
// without it, because the folder is read-only for instance, everything works all the same
enableCompileCache(compileCacheDir);
// loaded now, so that its code is kept too
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine(process.argv.slice(2));
