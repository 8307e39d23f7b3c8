/**
 * A copy of `value` that is plain JSON and that MongoDB gives back unchanged: well-formed strings, finite numbers and safe
 * integers, plain objects and arrays. Fields that are undefined are left out. Throws a TypeError that names the field.
 */
export function jsonOnly<T>(value: T, path = '$'): T {
  return copy(value, path) as T;
}

function copy(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return wellFormed(value, path);
  if (typeof value === 'number') return exactNumber(value, path);
  if (Array.isArray(value)) return value.map((item, index) => copy(item, `${path}[${index}]`));
  if (isPlainObject(value)) return copyObject(value, path);
  throw new TypeError(`${path}: ${describe(value)} is not JSON`);
}

function copyObject(value: Record<string, unknown>, path: string): Record<string, unknown> {
  const fields: [string, unknown][] = [];
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    if (key.includes('\0')) throw new TypeError(`${path}: a key holds a NUL character`);
    fields.push([wellFormed(key, path), copy(field, `${path}.${key}`)]);
  }
  return Object.fromEntries(fields);
}

/** MongoDB replaces a lone surrogate, so that a hash over it would never hold again. */
function wellFormed(text: string, path: string): string {
  if (!text.isWellFormed()) throw new TypeError(`${path}: text has a lone surrogate`);
  return text;
}

function exactNumber(value: number, path: string): number {
  if (!Number.isFinite(value)) throw new TypeError(`${path}: ${value} is not JSON`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError(`${path}: ${value} is not a safe integer; store it as text`);
  }
  return value === 0 ? 0 : value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;
}
