// What a MongoDB server answered, in words that hold no values: its messages repeat keys, and now and then whole documents.
import { MongoServerError } from 'mongodb';

/** Its code and the name of it: `DuplicateKey (11000)`. */
export function answerWords({ code, codeName }: MongoServerError): string {
  if (code === undefined) return 'an error without a code';
  return typeof codeName === 'string' ? `${codeName} (${code})` : `error ${code}`;
}

/**
 * The error without what the server said: of a MongoServerError only code, name of the code, labels and the lines of its stack
 * are left, wherever it stands among causes and fields. Anything else comes as it is.
 */
export function withoutValues(error: unknown): unknown {
  return error instanceof Error ? copyOf(error, new Map()) : error;
}

function copyOf(error: Error, copies: Map<Error, Error>): Error {
  const known = copies.get(error);
  if (known !== undefined) return known;
  const copy: Error = Object.create(Object.getPrototypeOf(error));
  copies.set(error, copy);
  const part = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(part);
    return value instanceof Error ? copyOf(value, copies) : value;
  };
  const own = { ...fieldsOf(error), message: messageOf(error), stack: stackOf(error) };
  for (const [name, value] of Object.entries(own)) put(copy, name, part(value));
  // Not enumerable where the language sets them.
  if (error.cause !== undefined) put(copy, 'cause', part(error.cause));
  if (error instanceof AggregateError) put(copy, 'errors', part(error.errors));
  return copy;
}

function put(copy: Error, name: string, value: unknown): void {
  const enumerable = name !== 'message' && name !== 'stack' && name !== 'cause';
  Object.defineProperty(copy, name, { value, enumerable, writable: true, configurable: true });
}

function fieldsOf(error: Error): object {
  if (!(error instanceof MongoServerError)) return { ...error };
  const { code, codeName, errorLabels } = error;
  return { code, codeName, errorLabels };
}

function messageOf(error: Error): string {
  return error instanceof MongoServerError ? `the server answered ${answerWords(error)}` : error.message;
}

function stackOf(error: Error): string {
  const stack = error.stack ?? '';
  if (!(error instanceof MongoServerError)) return stack;
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  return [`${error.name}: ${messageOf(error)}`, ...frames].join('\n');
}
