import { didYouMean } from "../core/closest.ts";
import type { Json } from "../core/json.ts";
import { findMismatch, lengthFault, type Mismatch } from "./assignable.ts";
import { findSyntaxFault, parseExpression } from "./cel.ts";
import { infer } from "./infer.ts";
import type { TypeScope } from "./inference.ts";
import { type Facts, factsOf, noFacts } from "./narrowing.ts";
import { typeOfValues } from "./schema-type.ts";
import { splitTemplate, wholeExpression } from "./template.ts";
import {
  anyType,
  describeType,
  type Fault,
  type Field,
  isMoney,
  joinTypes,
  listOf,
  type RecordType,
  stringType,
  unionOf,
  type ValueType,
  variantsOf,
} from "./types.ts";

/** A fault inside a template. */
export interface TemplateFault extends Fault {
  /** Keys and indexes from the template's root to the value, or to the object whose key is meant. */
  path: readonly (string | number)[];
  /** Where in the text at that path, when it is one. */
  start?: number;
  end?: number;
  /** That the last key of the path is meant, not its value. */
  atKey?: boolean;
}

export interface CheckedTemplate {
  type: ValueType;
  faults: TemplateFault[];
}

/**
 * Checks a template (any JSON tree with `${{ }}` in its texts) against the types of its variables and the type that
 * its value must have (of a JSON Schema: `typeOfSchema`); without one, any value that JSON can hold will do.
 */
export function checkTemplate(template: Json, scope: TypeScope, expected?: ValueType): CheckedTemplate {
  const faults: TemplateFault[] = [];
  const type = new TemplateCheck(scope, faults).check(template, expected, []);
  return { type, faults };
}

/** Checks a condition, with or without `${{ }}` around it. Also returns what is certain where it holds, and where not. */
export function checkCondition(
  text: string,
  scope: TypeScope,
): { faults: TemplateFault[]; facts: Facts; otherwise: Facts } {
  const faults: TemplateFault[] = [];
  const whole = wholeExpression(text);
  const offset = whole?.offset ?? text.length - text.trimStart().length;
  const expression = whole?.expression ?? text.trim();
  const check = new TemplateCheck(scope, faults);
  const type = check.inferExpression(expression, offset, []);
  if (faults.length > 0) return { faults, facts: noFacts, otherwise: noFacts };
  const mismatch = findMismatch(type, { kind: "boolean" });
  if (mismatch) {
    const message = `A condition is true or false, but this is ${describeType(type)}.`;
    const hint = type.kind === "list" ? "Write size(list) > 0." : mismatch.hint;
    faults.push({
      code: "wrong-type",
      message,
      hint,
      path: [],
      start: offset,
      end: offset + expression.length,
    });
    return { faults, facts: noFacts, otherwise: noFacts };
  }
  const { ast } = parseExpression(expression);
  return { faults, facts: factsOf(ast, true), otherwise: factsOf(ast, false) };
}

type Path = readonly (string | number)[];

class TemplateCheck {
  private readonly scope: TypeScope;
  private readonly faults: TemplateFault[];

  constructor(scope: TypeScope, faults: TemplateFault[]) {
    this.scope = scope;
    this.faults = faults;
  }

  /** Checks one value and returns its type. With `mayLack`, its expression may come to none. */
  check(value: Json, expected: ValueType | undefined, path: Path, mayLack = false): ValueType {
    if (typeof value === "string") return this.checkText(value, expected, path, mayLack);
    if (Array.isArray(value)) return this.checkList(value, expected, path);
    if (typeof value === "object" && value !== null) return this.checkObject(value, expected, path);
    const type = typeOfValues([value]);
    this.expect(type, expected, { path });
    return type;
  }

  private checkText(text: string, expected: ValueType | undefined, path: Path, mayLack: boolean): ValueType {
    const whole = wholeExpression(text);
    if (whole) {
      const type = this.inferExpression(whole.expression, whole.offset, path);
      const where = { path, start: whole.offset, end: whole.offset + whole.expression.length };
      if (type.kind === "days") {
        this.faults.push({ code: "wrong-type", message: "days(…) can only be added to a date.", ...where });
        return anyType;
      }
      this.expect(mayLack && type.kind === "optional" ? type.value : type, expected, where);
      return type;
    }
    const parts = splitTemplate(text);
    for (const part of parts) {
      if (part.kind === "unclosed") {
        const message = "This expression is not closed by }}.";
        const hint = 'If it holds " #", YAML reads the rest as a comment: put the whole value in quotes.';
        this.faults.push({ code: "expression", message, hint, path, start: part.offset, end: text.length });
        return anyType;
      }
      if (part.kind === "expression") this.checkEmbedded(part.expression, part.offset, path);
    }
    const literal = !parts.some(({ kind }) => kind === "expression");
    const type: ValueType = literal ? { kind: "string", values: [text] } : stringType;
    this.expect(type, expected, { path }, literal ? expressionHint(text, this.scope) : undefined);
    return type;
  }

  private checkEmbedded(expression: string, start: number, path: Path): void {
    const type = this.inferExpression(expression, start, path);
    const scalars = ["string", "integer", "number", "double", "boolean", "any"];
    if (variantsOf(type).every(({ kind }) => scalars.includes(kind))) return;
    const message = `Inside a text only a text, number or boolean can stand, but this is ${describeType(type)}.`;
    const hint = isMoney(type)
      ? "Write format_money(…)."
      : type.kind === "optional"
        ? 'End it with .orValue("…").'
        : undefined;
    this.faults.push({ code: "wrong-type", message, hint, path, start, end: start + expression.length });
  }

  /** The type of one expression; its faults are placed by its offset in the text. */
  inferExpression(expression: string, offset: number, path: Path): ValueType {
    const before = this.faults.length;
    const report = (fault: Fault, start: number, end: number): void => {
      this.faults.push({ ...fault, path, start: offset + start, end: offset + Math.max(end, start + 1) });
    };
    if (expression === "") {
      report({ code: "expression", message: "The expression is empty." }, 0, 0);
      return anyType;
    }
    const syntax = findSyntaxFault(expression);
    const ast = syntax?.unreadable ? undefined : parseExpression(expression).ast;
    const type = ast ? infer(ast, { scope: this.scope, report, infer }) : anyType;
    // The checker's own words say more than those of cel-js, which only has the last say.
    if (!syntax || this.faults.length > before) return this.faults.length > before ? anyType : type;
    report(
      { code: "expression", message: `${syntax.message}.`, hint: syntaxHint(expression) },
      syntax.start,
      syntax.end,
    );
    return anyType;
  }

  private checkList(items: readonly Json[], expected: ValueType | undefined, path: Path): ValueType {
    const lists = expected && variantsOf(expected).filter((variant) => variant.kind === "list");
    const [only] = lists ?? [];
    const wanted = lists?.length === 1 && only ? only.items : undefined;
    const types = items.map((item, index) => {
      const type = this.check(item, wanted, [...path, index]);
      if (!wanted && type.kind === "optional") this.expect(type, type.value, { path: [...path, index] });
      return type;
    });
    const type = listOf(types.length === 0 ? unionOf([]) : types.reduce(joinTypes));
    const tooMany = expected && lengthFault(items.length, expected);
    if (tooMany) this.faults.push({ ...tooMany, path });
    if (!wanted) this.expect(type, expected, { path });
    return type;
  }

  private checkObject(
    object: Readonly<Record<string, Json>>,
    expected: ValueType | undefined,
    path: Path,
  ): ValueType {
    const wanted = expected && recordFor(object, expected);
    const fields = new Map<string, Field>();
    for (const [key, member] of Object.entries(object)) {
      const at = [...path, key];
      const known = wanted?.fields.get(key);
      if (wanted && !known && !wanted.rest && wanted.closed) {
        this.faults.push(unknownArgument(key, wanted, at));
        continue;
      }
      const type = this.check(member, known?.type ?? wanted?.rest, at, known?.required === false);
      const lacking = type.kind === "optional";
      fields.set(key, { type: lacking ? type.value : type, required: !lacking });
    }
    for (const [key, field] of wanted?.fields ?? []) {
      if (!field.required || key in object) continue;
      const hint = `Expected ${describeType(field.type)}.`;
      this.faults.push({
        code: "missing-argument",
        message: `"${key}" is missing.`,
        hint,
        path,
        atKey: true,
      });
    }
    const type: RecordType = { kind: "record", fields, closed: true };
    if (!wanted) this.expect(type, expected, { path });
    return type;
  }

  private expect(
    type: ValueType,
    expected: ValueType | undefined,
    where: Pick<TemplateFault, "path" | "start" | "end">,
    hint?: string,
  ): void {
    const mismatch = expected && findMismatch(type, expected);
    if (mismatch) this.faults.push({ ...described(mismatch), ...(hint && { hint }), ...where });
  }
}

/** A mismatch deep inside a value names the part: `lines[].sku: …`. */
function described({ at, code, message, hint }: Mismatch): Fault {
  const place = at.reduce(
    (text, step) => (step === "[]" || text === "" ? text + step : `${text}.${step}`),
    "",
  );
  return { code, message: place === "" ? message : `${place}: ${message}`, hint };
}

function unknownArgument(key: string, wanted: RecordType, path: Path): TemplateFault {
  const known = [...wanted.fields.keys()];
  const hint =
    didYouMean(key, known) ?? (known.length > 0 ? `Known: ${known.join(", ")}.` : "There are none.");
  return {
    code: "unknown-argument",
    message: `There is no argument "${key}" here.`,
    hint,
    path,
    atKey: true,
  };
}

/** The one record that an object can be meant as, by its literal discriminators. */
function recordFor(object: Readonly<Record<string, unknown>>, expected: ValueType): RecordType | undefined {
  const records = variantsOf(expected).filter((variant) => variant.kind === "record");
  if (records.length <= 1) return records[0];
  const fitting = records.filter(({ fields }) =>
    [...fields].every(([name, { type }]) => {
      const values: readonly unknown[] | undefined = "values" in type ? type.values : undefined;
      return values?.length !== 1 || values.includes(object[name]);
    }),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function expressionHint(text: string, { variables }: TypeScope): string | undefined {
  const [, name = ""] = /^\s*([a-z_]\w*)\s*[.(]/i.exec(text) ?? [];
  return Object.hasOwn(variables, name)
    ? `Write \${{ ${text.trim()} }} if an expression is meant.`
    : undefined;
}

function syntaxHint(expression: string): string | undefined {
  if (/[^=!<>]=[^=]/.test(expression)) return "Two values are compared by ==.";
  if (/\b(and|or|not)\b/.test(expression)) return "Write &&, || and !.";
  return undefined;
}
