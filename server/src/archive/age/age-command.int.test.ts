import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AgeTools, ageTools } from '../../testing/age-tool.ts';
import { generateIdentity, parseIdentities, parseRecipient } from './age-keys.ts';
import { decryptBytes, withIdentities } from './decrypt.ts';
import { encryptBytes } from './encrypt.ts';
import { openWithPassphrase, sealWithPassphrase } from './passphrase.ts';

const run = promisify(execFile);
const mode = 0o600;
/** Bytes that end like a line stay whole. */
const asTheyAre = { encoding: 'buffer', stripFinalNewline: false } as const;
/** Around the borders of chunks, and of the megabytes that are written at once. */
const sizes = [0, 1, 65_535, 65_536, 65_537, 1_048_576, 1_048_577, 3_000_000];

let tools: AgeTools;
let folder: string;

beforeAll(async () => {
  tools = await ageTools();
}, 300_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-age-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function likeALine(size: number): Buffer {
  return randomBytes(size).fill('\n', Math.max(0, size - 1));
}

describe('the age command', () => {
  it.each(sizes)('decrypts with any of the keys what is encrypted here: %i bytes', async (size) => {
    const identities = [generateIdentity(), generateIdentity()];
    const plain = likeALine(size);
    const sealed = await encryptBytes(
      plain,
      identities.map(({ recipient }) => recipient),
    );
    for (const identity of identities) {
      await writeFile(inFolder('key.txt'), `# a key\n${identity}\n`, { mode });
      const { stdout } = await execa(tools.age, ['-d', '-i', inFolder('key.txt')], {
        input: sealed,
        ...asTheyAre,
      });
      expect(plain.equals(stdout)).toBe(true);
    }
  });

  it.each(sizes)('writes what is decrypted here: %i bytes', async (size) => {
    const { stdout: keyFile } = await run(tools.ageKeygen);
    const [identity] = parseIdentities(keyFile);
    const recipient = /public key: (age1\w+)/.exec(keyFile)?.[1] ?? '';
    expect(String(identity?.recipient)).toBe(recipient);
    const plain = likeALine(size);
    const args = ['-r', recipient, '-r', String(generateIdentity().recipient)];
    const { stdout } = await execa(tools.age, args, { input: plain, ...asTheyAre });
    const found = await decryptBytes(Buffer.from(stdout), withIdentities(parseIdentities(keyFile)));
    expect(found.equals(plain)).toBe(true);
  });

  it('knows the public key of a secret one that is made here', async () => {
    const identity = generateIdentity();
    await writeFile(inFolder('key.txt'), `${identity}\n`, { mode });
    const { stdout } = await run(tools.ageKeygen, ['-y', inFolder('key.txt')]);
    expect(stdout.trim()).toBe(String(identity.recipient));
    expect(String(parseRecipient(stdout))).toBe(String(identity.recipient));
  });

  it('opens with the passphrase what is sealed here, and seals what is opened here', async () => {
    const text = 'What to keep, ä\n'.repeat(5_000);
    await writeFile(inFolder('kit.age'), await sealWithPassphrase(text, 'correct horse ä'), { mode });
    await typed('"$AGE" -d -o opened.txt kit.age', 'correct horse ä\n');
    expect(await readFile(inFolder('opened.txt'), 'utf8')).toBe(text);

    await typed('"$AGE" -p -o sealed opened.txt', 'correct horse ä\ncorrect horse ä\n');
    expect(await openWithPassphrase(await readFile(inFolder('sealed')), 'correct horse ä')).toBe(text);
  });
});

function inFolder(name: string): string {
  return join(folder, name);
}

/** Runs a command that reads a passphrase from its terminal. */
async function typed(command: string, input: string): Promise<void> {
  const env = { AGE: tools.age, LC_ALL: 'C.UTF-8' };
  await execa('script', ['-qec', command, '/dev/null'], { cwd: folder, env, input, timeout: 60_000 });
}
