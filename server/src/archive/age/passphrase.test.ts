import { expect, it, vi } from 'vitest';
import { AgeFailure } from './age-failure.ts';
import { generateIdentity } from './age-keys.ts';
import { encryptBytes } from './encrypt.ts';
import { openWithPassphrase, sealWithPassphrase } from './passphrase.ts';

// Stretching a passphrase is meant to take its time.
vi.setConfig({ testTimeout: 60_000 });

const text = 'AGE-SECRET-KEY-1 and what to do with it\n'.repeat(60);

it('gives the text to who knows the passphrase, also after a journey through a mail', async () => {
  const sealed = await sealWithPassphrase(text, 'correct horse battery staple');
  expect(sealed).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n([\w+/=]{1,64}\n)+-----END AGE ENCRYPTED FILE-----\n$/);
  const mailed = `\n\n ${sealed.replaceAll('\n', '\r\n')}\n`;
  expect(await openWithPassphrase(mailed, 'correct horse battery staple')).toBe(text);
  expect(await failureOf(openWithPassphrase(sealed, 'correct horse'))).toMatchObject({ kind: 'key-missing' });
});

it('says why it cannot be opened, and does no unbounded work for it', async () => {
  const header = (factor: string) =>
    `age-encryption.org/v1\n-> scrypt ${'A'.repeat(22)} ${factor}\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n${'x'.repeat(40)}`;
  for (const [sealed, kind, message] of [
    [header('21'), 'damaged', /too much work/],
    [header('999999999'), 'damaged', /not understood/],
    [header('+5'), 'damaged', /not understood/],
    ['-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n', 'damaged', /not whole/],
    ['', 'damaged', /no end/],
    [await encryptBytes(Buffer.from(text), [generateIdentity().recipient]), 'key-missing', /for keys/],
  ] as const) {
    const failure = await failureOf(openWithPassphrase(sealed, 'secret phrase'));
    expect(failure).toMatchObject({ kind, message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('secret phrase');
  }
  await expect(sealWithPassphrase(text, '')).rejects.toThrow(RangeError);
});

async function failureOf(work: Promise<unknown>): Promise<AgeFailure> {
  const failure = await work.catch((error: unknown) => error);
  if (!(failure instanceof AgeFailure)) throw new Error(`no AgeFailure: ${String(failure)}`);
  return failure;
}
