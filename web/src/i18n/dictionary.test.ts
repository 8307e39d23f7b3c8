import { AppError, type ErrorCode, errorCatalogue } from '@holdfast/shared/errors';
import { eventTypes } from '@holdfast/shared/events';
import { failureHints, failureReason } from '@holdfast/shared/failures';
import { flatten } from '@solid-primitives/i18n';
import { describe, expect, it } from 'vitest';
import { eventTypeList } from '../activity/event-types.ts';
import { en } from './en/dictionary.ts';
import { fr } from './fr/dictionary.ts';
import { preferredLocale } from './i18n-context.tsx';

const english = flatten(en) as Record<string, unknown>;
const french = flatten(fr) as Record<string, unknown>;

describe('the French dictionary', () => {
  it('has the keys of the English one, no more and no fewer', () => {
    expect(Object.keys(french).sort()).toEqual(Object.keys(english).sort());
  });

  it('says everything in its own words', () => {
    const same = Object.keys(english).filter((key) => typeof english[key] === 'string' && english[key] === french[key]);
    const alike =
      /(?:actions|documents|documents\.(?:asBson|document|list)|archive|collections?|version|configuration|instance|namespace|type\.collection)$/i;
    expect(same.filter((key) => !alike.test(key))).toEqual([]);
  });

  it('has no plain space before a sign that must not stand alone on a line', () => {
    const words = Object.entries(french).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    expect(words.filter(([, text]) => /\w [;:!?»]/.test(text)).map(([key]) => key)).toEqual([]);
  });
});

describe('the English dictionary', () => {
  it('gives the hints of failures as the server does', () => {
    const said = Object.fromEntries(failureReason.options.map((reason) => [reason, en.failures.hint(reason)]));
    expect(said).toEqual(failureHints);
  });

  it('has words for every refusal of the catalogue, in both languages', () => {
    const codes = Object.keys(errorCatalogue) as ErrorCode[];
    const app = (code: ErrorCode) => ({ code, details: sampleDetails, hint: errorCatalogue[code].hint }) as never;
    for (const code of codes) {
      expect(en.errors.message(app(code)), code).not.toBe(code);
      expect(fr.errors.message(app(code)), code).not.toBe(code);
      expect(fr.errors.hint(app(code)), code).not.toBe(errorCatalogue[code].hint);
    }
  });

  it('names the same thing as the catalogue does', () => {
    const error = new AppError('TARGET_EXISTS', { databases: ['shop_copy'] });
    const app = { code: error.code, details: error.details, hint: error.hint } as const;
    expect(en.errors.message(app)).toBe(error.message);
  });
});

it('lists every type of event in the filter', () => {
  expect([...eventTypeList].sort()).toEqual([...eventTypes].sort());
});

describe('the preferred language', () => {
  it.each([
    [null, ['fr-CA', 'en'], 'fr'],
    [null, ['de', 'fr'], 'fr'],
    [null, ['de'], 'en'],
    ['en', ['fr'], 'en'],
    ['xx', ['fr'], 'fr'],
  ] as const)('kept %s, browser %j: %s', (kept, languages, expected) => {
    expect(preferredLocale(kept, languages)).toBe(expected);
  });
});

/** Enough of every refusal's details. */
const sampleDetails = {
  deployments: [],
  onlyCopies: 1,
  id: 'id',
  name: 'name',
  existing: 'existing',
  hosts: ['host'],
  message: 'message',
  reason: 'internal',
  problem: 'ends-early',
  at: 1,
  subject: 'status',
  problems: ['problem'],
  status: 'failed',
  key: 'key',
  keys: ['main'],
  isDefault: true,
  policies: 2,
  backups: 1,
  by: 'verify',
  since: '2026-03-27T02:00:00.000Z',
  kind: 'backup',
  fileName: 'shop.bson',
  maxBytes: 1_000_000_000_000,
  most: 2,
  expected: 'shop',
  databases: ['shop'],
  namespace: 'shop.orders',
  tool: 'mongodump',
  retryAfterSeconds: 8,
  deploymentName: 'shop-prod',
  holder: { kind: 'backup', since: '2026-03-26T10:47:00.000Z', actor: { kind: 'user', id: 'a' } },
};
