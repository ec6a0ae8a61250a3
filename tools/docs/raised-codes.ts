import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { type ErrorCode, errorCodes, isErrorCode } from "../../src/core/errors.ts";
import { isRecord } from "../../src/core/json.ts";

/** A name that a module declares at its top: what is thrown in it, and which other names it uses. */
interface Declaration {
  codes: Set<ErrorCode>;
  names: Set<string>;
}

interface Module {
  declarations: Map<string, Declaration>;
  /** Where an imported name comes from. */
  imports: Map<string, { file: string; name: string }>;
}

/**
 * Finds which error codes the code of a file can raise, with all of the repository's own that it uses: each
 * `new RingmainError("CODE", …)` that can be reached from it. Read from the source, because tools do not declare them.
 */
export function codeFinder(): (file: string) => ErrorCode[] {
  const modules = new Map<string, Module>();
  const moduleAt = (file: string): Module => {
    const known = modules.get(file) ?? readModule(file);
    modules.set(file, known);
    return known;
  };
  return (file) => {
    const found = new Set<ErrorCode>();
    const seen = new Set<string>();
    const waiting = [...moduleAt(file).declarations.keys()].map((name) => ({ file, name }));
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const key = `${next.file}#${next.name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const { declarations, imports } = moduleAt(next.file);
      const imported = imports.get(next.name);
      if (imported !== undefined) waiting.push(imported);
      const declared = declarations.get(next.name);
      for (const code of declared?.codes ?? []) found.add(code);
      for (const used of declared?.names ?? []) waiting.push({ file: next.file, name: used });
    }
    return errorCodes.filter((code) => found.has(code));
  };
}

function readModule(file: string): Module {
  const module: Module = { declarations: new Map(), imports: new Map() };
  for (const statement of parseAst(readFileSync(file, "utf8"), { lang: "ts" }).body) {
    if (statement.type === "ImportDeclaration") {
      if (!statement.source.value.startsWith(".")) continue;
      const from = resolve(dirname(file), statement.source.value);
      for (const specifier of statement.specifiers) {
        if (specifier.type !== "ImportSpecifier" || specifier.imported.type !== "Identifier") continue;
        module.imports.set(specifier.local.name, { file: from, name: specifier.imported.name });
      }
      continue;
    }
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "VariableDeclaration") {
      for (const { id, init } of declared.declarations) {
        if (id.type === "Identifier") module.declarations.set(id.name, contentsOf(init));
      }
    } else if (declared?.type === "FunctionDeclaration" || declared?.type === "ClassDeclaration") {
      if (declared.id !== null) module.declarations.set(declared.id.name, contentsOf(declared));
    }
  }
  return module;
}

function contentsOf(node: unknown): Declaration {
  const contents: Declaration = { codes: new Set(), names: new Set() };
  visit(node, contents);
  return contents;
}

function visit(node: unknown, contents: Declaration): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, contents);
    return;
  }
  if (!isRecord(node)) return;
  if (node.type === "Identifier" && typeof node.name === "string") contents.names.add(node.name);
  if (node.type === "NewExpression" && isRecord(node.callee) && node.callee.name === "RingmainError") {
    const [code] = Array.isArray(node.arguments) ? node.arguments : [];
    for (const text of literalsOf(code)) if (isErrorCode(text)) contents.codes.add(text);
  }
  const isMember = node.type === "MemberExpression" || node.type === "Property";
  for (const [key, child] of Object.entries(node)) {
    // the name of a member is no use of what has the same name
    if (!(isMember && (key === "property" || key === "key") && node.computed !== true))
      visit(child, contents);
  }
}

/** The texts that an expression may be: one, or those of a choice. */
function literalsOf(node: unknown): unknown[] {
  if (!isRecord(node)) return [];
  if (node.type === "ConditionalExpression")
    return [...literalsOf(node.consequent), ...literalsOf(node.alternate)];
  return [node.value];
}
