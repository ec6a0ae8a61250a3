import fc from "fast-check";

const megabyte = 2 ** 20;

/** Texts of a few characters that break what puts them into SQL, a path, a header, a URI or a terminal. */
export const shortHostileText = fc.constantFrom(
  "",
  " ",
  "'",
  '"',
  "`",
  "\\",
  "%",
  "_",
  "' OR '1'='1",
  "'; DROP TABLE crm_deal; --",
  '") UNION ALL 1 --',
  "../../../etc/passwd",
  "..\\..\\boot.ini",
  "\0",
  "ROPE-12\0",
  "\ud800",
  "a\udfffb",
  "\u202eevil",
  "\ufeff",
  "\u{10ffff}",
  "e\u0301\u0301\u0301",
  "\r\nBcc: all@example.com",
  "\u001b[31m",
  "{{7*7}}",
  "$" + "{process.env}",
  "%00%2e%2e",
  "%",
  "%zz",
  "__proto__",
  "constructor",
  "null",
  "-1",
  "1e999",
  "Infinity",
  "2026-02-30",
  "0000-01-01",
  "9999-12-31",
  "+275760-09-13",
  "2026-11-23T25:00:00Z",
  "9999-12-31T23:59:59-23:59",
  "eur",
  "XXX",
  "W10",
  "WyIiXQ",
  "WzFlMzA4LC0xZTMwOF0",
  "WyJcdTAwMDAiLCJcdWQ4MDAiXQ",
);

/** Cursors that decode to keys of the right number and of the wrong kind. */
export const forgedCursor = fc
  .array(
    fc.oneof(
      fc.constantFrom("", "'", "\0", "\ud800", "9999-12-31"),
      fc.constantFrom(0, -1, 0.5, 1e308, 2 ** 53),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((key) => Buffer.from(JSON.stringify(key)).toString("base64url"));

const longTexts = ["x", "'", "\0", "%", "\ud800", "é", " 1", "\u{1f40b}"].map((unit) =>
  unit.repeat(megabyte / unit.length),
);

/** Texts that a caller may try, short and as long as a request. */
export const hostileText = fc.oneof(
  { weight: 12, arbitrary: shortHostileText },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 70 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 300 }) },
  { weight: 2, arbitrary: forgedCursor },
  { weight: 1, arbitrary: fc.constantFrom(...longTexts) },
);

const hostileNumber = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    -1,
    0.1,
    1e-320,
    2 ** 31,
    2 ** 53 - 1,
    1 - 2 ** 53,
    2 ** 53,
    -(2 ** 63),
    1e308,
    -1e308,
  ),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const deepList = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
const deepObject = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
const manyMembers = JSON.parse(
  JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]))),
);

/** Names that a member may bring; `JSON.parse` makes an own member of each, `__proto__` included. */
export const hostileName = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "0", "id", "limit", "'; --", "\0", "\ud800"),
  fc.string({ maxLength: 20 }),
);

/** Anything that JSON can bring where something else is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: hostileText },
  { weight: 4, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null]) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(deepList, deepObject, manyMembers) },
  { weight: 1, arbitrary: fc.array(hostileNumber, { minLength: 1_001, maxLength: 1_010 }) },
  {
    weight: 1,
    arbitrary: fc.record({ minor: hostileNumber, currency: fc.constantFrom("EUR", "ZZZ", "eur", "") }),
  },
);
