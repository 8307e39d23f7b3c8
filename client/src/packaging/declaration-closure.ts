// Follows declarations from file to file, and makes their imports relative to each other.
import { readFile } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';

export interface ClosureOptions {
  readonly workspace: string;
  /** The declaration to begin with, below `client/dist`. */
  readonly entry: string;
  /** Packages that whoever installs this will have; what is imported from others becomes `any`. */
  readonly available: readonly string[];
}

/** Where the server's inside begins: it is the context of procedures, which no caller sees. */
const inside = 'server/services.d.ts';
const specifier = /(\bfrom\s*|\bimport\()(['"])([^'"]+)\2/g;

/** File name -> text, for everything that the entry needs. */
export async function declarationClosure(options: ClosureOptions): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = [options.entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = nameOf(options.workspace, path);
    if (found.has(name)) continue;
    if (name === inside) {
      found.set(name, 'export interface Services {}\n');
      continue;
    }
    const { text, needs } = await rewritten(options, path, name);
    found.set(name, text);
    waiting.push(...needs);
  }
  return found;
}

async function rewritten(options: ClosureOptions, path: string, name: string) {
  const needs: string[] = [];
  const original = (await readFile(path, 'utf8')).replace(/\n\/\/# sourceMappingURL=.*$/s, '\n');
  const text = original.replace(foreignImport, (line, names: string, from: string) =>
    isBare(from) && !from.startsWith('@holdfast/') && !isAvailable(options, from) ? anyTypes(names) : line,
  );
  const result = text.replace(specifier, (whole, before: string, quote: string, from: string) => {
    const target = targetOf(options.workspace, path, from);
    if (target === null) return whole;
    needs.push(target);
    return `${before}${quote}${relativeTo(name, nameOf(options.workspace, target))}${quote}`;
  });
  return { text: result, needs };
}

/** `import type { A, B } from 'package';` */
const foreignImport = /^import (?:type )?\{([^}]*)\} from ['"]([^'"]+)['"];$/gm;

function anyTypes(names: string): string {
  return names
    .split(',')
    .map(
      (name) =>
        name
          .trim()
          .replace(/^type /, '')
          .split(' as ')
          .at(-1) ?? '',
    )
    .filter(Boolean)
    .map((name) => `type ${name}<_ = unknown> = any;`)
    .join('\n');
}

function isBare(from: string): boolean {
  return !from.startsWith('.');
}

function isAvailable({ available }: ClosureOptions, from: string): boolean {
  return available.some((name) => from === name || from.startsWith(`${name}/`));
}

/** The declaration that a specifier leads to; null for another package. */
function targetOf(workspace: string, importer: string, from: string): string | null {
  if (from === '@holdfast/server/router') return join(workspace, 'server/dist/api/router.d.ts');
  const shared = /^@holdfast\/shared\/(.+)$/.exec(from)?.[1];
  if (shared !== undefined) return join(workspace, 'shared/dist', `${shared}.d.ts`);
  return isBare(from) ? null : resolve(dirname(importer), from.replace(/\.[jt]s$/, '.d.ts'));
}

/** `client/client.d.ts` for what lies in `client/dist`, and so on. */
function nameOf(workspace: string, path: string): string {
  return path
    .slice(workspace.length + 1)
    .replaceAll('\\', '/')
    .replace('/dist/', '/');
}

function relativeTo(importer: string, target: string): string {
  const path = posix.relative(posix.dirname(importer), target.replace(/\.d\.ts$/, '.js'));
  return path.startsWith('.') ? path : `./${path}`;
}
