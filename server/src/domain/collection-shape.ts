// Compares what two collections are, documents aside: type, options, validator, indexes, what a view reads. Pure; over extended
// JSON, as manifests have it and as EJSON.serialize makes it of what a server lists.

/** Options and indexes in extended JSON; numbers may be of any BSON type. */
export interface CollectionShape {
  readonly type: 'collection' | 'view' | 'timeseries';
  readonly options: Readonly<Record<string, unknown>>;
  readonly indexes: readonly Readonly<Record<string, unknown>>[];
}

/** What changes when one shape becomes the other. `name` is the option's or the index's; the type or the source that it will have. */
export interface ShapeDifference {
  readonly what: 'index' | 'option' | 'validator' | 'view' | 'type';
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/**
 * Empty where both are the same to MongoDB: numbers count by value; the order of fields counts where it means something, in
 * validators, pipelines and the keys of indexes, and not in the other options of indexes, where mongorestore does not keep it. What
 * the server derives or chooses by itself (index versions, the `_id` index, defaults) is not compared. Another type is the only
 * difference that is named.
 */
export function shapeDifferences(from: CollectionShape, to: CollectionShape): ShapeDifference[] {
  if (from.type !== to.type) return [{ what: 'type', name: to.type, change: 'changed' }];
  const options = differences(optionTexts(from), optionTexts(to));
  const indexes = differences(indexTexts(from.indexes), indexTexts(to.indexes)).map(
    (difference): ShapeDifference => ({ what: 'index', ...difference }),
  );
  if (from.type !== 'view') return [...options.map((one) => ({ what: kindOf(one.name), ...one })), ...indexes];
  const others = options.filter(({ name }) => !viewOptions.has(name));
  return [
    ...(others.length < options.length
      ? [{ what: 'view', name: String(to.options.viewOn), change: 'changed' } as const]
      : []),
    ...others.map((one): ShapeDifference => ({ what: 'option', ...one })),
  ];
}

/** A text that two shapes share exactly when `shapeDifferences` finds nothing. */
export function shapeText(shape: CollectionShape): string {
  const texts = (found: ReadonlyMap<string, string>) => [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([shape.type, texts(optionTexts(shape)), texts(indexTexts(shape.indexes))]);
}

const viewOptions: ReadonlySet<string> = new Set(['viewOn', 'pipeline']);
const validatorOptions: ReadonlySet<string> = new Set(['validator', 'validationLevel', 'validationAction']);
/** Old servers and tools list them; none says what a collection is. */
const ignoredOptions: ReadonlySet<string> = new Set([
  'uuid',
  'idIndex',
  'autoIndexId',
  'flags',
  'temp',
  'create',
  'ns',
]);
const ignoredInIndexes: ReadonlySet<string> = new Set(['v', 'ns', 'background', 'name', 'clustered']);

function kindOf(option: string): 'validator' | 'option' {
  return validatorOptions.has(option) ? 'validator' : 'option';
}

type Difference = Pick<ShapeDifference, 'name' | 'change'>;

function differences(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): Difference[] {
  const gone = [...from.keys()].filter((name) => !to.has(name)).map((name) => ({ name, change: 'removed' as const }));
  const found: Difference[] = gone;
  for (const [name, text] of to) {
    if (!from.has(name)) found.push({ name, change: 'added' });
    else if (from.get(name) !== text) found.push({ name, change: 'changed' });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function optionTexts({ options }: CollectionShape): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(options)) {
    if (!ignoredOptions.has(name) && !isDefault(name, value)) texts.set(name, optionText(name, value));
  }
  return texts;
}

function isDefault(name: string, value: unknown): boolean {
  if (name === 'validator') return isRecord(value) && Object.keys(value).length === 0;
  if (name === 'validationLevel') return value === 'strict';
  if (name === 'validationAction') return value === 'error';
  return value === false;
}

function optionText(name: string, value: unknown): string {
  if (!isRecord(value)) return canonicalText(value);
  if (name === 'collation') return unorderedText(without(value, ['version']));
  if (name === 'timeseries')
    return unorderedText('granularity' in value ? without(value, derivedFromGranularity) : value);
  if (name === 'clusteredIndex') return unorderedText(without(value, ['v']));
  return canonicalText(value);
}

const derivedFromGranularity = ['bucketMaxSpanSeconds', 'bucketRoundingSeconds'];

function indexTexts(indexes: CollectionShape['indexes']): Map<string, string> {
  const texts = new Map<string, string>();
  for (const index of indexes) {
    const name = String(index.name);
    if (name === '_id_' || index.clustered === true) continue;
    const parts = Object.entries(index)
      .filter(([option, value]) => !ignoredInIndexes.has(option) && value !== false)
      .map(([option, value]) => [option, indexOptionText(option, value)]);
    texts.set(name, JSON.stringify(parts.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))));
  }
  return texts;
}

function indexOptionText(name: string, value: unknown): string {
  // In an equality with a document the order of its fields makes another index.
  if (name === 'key' || name === 'partialFilterExpression') return canonicalText(value);
  return name === 'collation' ? optionText(name, value) : unorderedText(value);
}

function without(value: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function unorderedText(value: unknown): string {
  return canonicalText(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, sorted(one)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function canonicalText(value: unknown): string {
  if (typeof value === 'number') return doubleText(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const entries = Object.entries(value);
  const [first] = entries;
  const number = first !== undefined && entries.length === 1 ? numberText(...first) : undefined;
  return number ?? `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonicalText(one)}`).join()}}`;
}

/** Of a number in extended JSON, whatever its BSON type: 1, 1.0 and a 64-bit 1 are the same. Decimals stay what they are. */
function numberText(kind: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (kind === '$numberDouble') return doubleText(Number(value));
  const isWhole = (kind === '$numberInt' || kind === '$numberLong') && /^-?\d+$/.test(value);
  return isWhole ? String(BigInt(value)) : undefined;
}

function doubleText(value: number): string {
  return Number.isInteger(value) ? String(BigInt(value)) : `double:${value}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
