import { testEngine } from "./engine.suite.ts";
import { testChildren } from "./engine-children.suite.ts";
import { testWaiting } from "./engine-waiting.suite.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";

testEngine("embedded, on SQLite", openSqliteHarness);
testWaiting("embedded, on SQLite", openSqliteHarness);
testChildren("embedded, on SQLite", openSqliteHarness);
