import type { Problem } from "../../core/problem.ts";
import { differenceText } from "./difference-text.ts";
import type { TestedCase } from "./run-tests.ts";

/**
 * The results as a JUnit report, which continuous integration shows: one suite a file, one case a case, and each
 * fault of a file as a case with an error.
 */
export function junitReport(results: readonly TestedCase[], problems: readonly Problem[]): string {
  const files = [
    ...new Set([...results.map((result) => result.case.file), ...problems.map(({ file }) => file)]),
  ];
  const suites = files.map((file) => {
    const cases = results.filter((result) => result.case.file === file);
    const faults = problems.filter((problem) => problem.file === file);
    const counts = {
      tests: cases.length + faults.length,
      failures: cases.filter(({ differences }) => differences.length > 0).length,
      errors: faults.length,
      time: seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    };
    return [
      `  <testsuite${attributes({ name: file, ...counts })}>`,
      ...cases.flatMap(caseLines),
      ...faults.flatMap(faultLines),
      "  </testsuite>",
    ];
  });
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const totals = { tests: results.length + problems.length, failures: failed, errors: problems.length };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "ringmain test", ...totals })}>`,
    ...suites.flat(),
    "</testsuites>",
    "",
  ].join("\n");
}

function caseLines({ case: { name, workflow, file, line }, differences, durationMs }: TestedCase): string[] {
  const known = { name, classname: workflow, file, line, time: seconds(durationMs) };
  const [first] = differences;
  if (first === undefined) return [`    <testcase${attributes(known)}/>`];
  const text = differences.flatMap((difference) => differenceText(difference)).join("\n");
  return [
    `    <testcase${attributes(known)}>`,
    `      <failure${attributes({ message: first.message })}>${escapeXml(text)}</failure>`,
    "    </testcase>",
  ];
}

function faultLines({ file, line, column, code, message, hint }: Problem): string[] {
  const text = [`${file}:${line}:${column} ${message}`, ...(hint === undefined ? [] : [hint])].join("\n");
  return [
    `    <testcase${attributes({ name: code, classname: file, file, line })}>`,
    `      <error${attributes({ message })}>${escapeXml(text)}</error>`,
    "    </testcase>",
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** A text in XML 1.0, which has no place for most control characters and half a surrogate, not even escaped (§2.2). */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
