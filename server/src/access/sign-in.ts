// Signing in with the browser: a short code, made by whoever holds the administrator key, is exchanged once for a session.
// Only hashes of codes and session tokens are stored.
import { randomBytes, randomInt } from 'node:crypto';
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { Collection } from 'mongodb';
import { storedForm } from './administrator-key.ts';
import type { AttemptLimit } from './attempt-limit.ts';

export interface StoredCode {
  readonly _id: string;
  readonly expiresAt: Date;
}
export interface StoredSession {
  readonly _id: string;
  readonly actor: Actor;
  readonly expiresAt: Date;
}

const codeMs = 10 * 60_000;
export const sessionMs = 12 * 3_600_000;
/** No 0, O, 1, I: codes are read from one screen and typed into another. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

export interface SignIn {
  /** A new code: good for ten minutes and once. */
  createCode(): Promise<{ readonly code: string; readonly expiresAt: string }>;
  /** Exchanges a code for a session's token. Raises LOGIN_CODE_INVALID, TOO_MANY_ATTEMPTS. */
  redeem(code: string, source: string): Promise<{ readonly token: string; readonly actor: Actor }>;
  /** Who holds a session's token; null when it is unknown or over. */
  actorOf(token: string): Promise<Actor | null>;
  signOut(token: string): Promise<void>;
}

export function signIn(options: {
  readonly codes: Collection<StoredCode>;
  readonly sessions: Collection<StoredSession>;
  readonly limit: AttemptLimit;
  readonly now: () => number;
}): SignIn {
  const { codes, sessions, limit, now } = options;
  return {
    async createCode() {
      const code = newCode();
      const expiresAt = new Date(now() + codeMs);
      await codes.insertOne({ _id: storedForm(plain(code)), expiresAt });
      return { code, expiresAt: expiresAt.toISOString() };
    },
    async redeem(code, source) {
      limit.check(source);
      const found = await codes.findOneAndDelete({ _id: storedForm(plain(code)), expiresAt: { $gt: new Date(now()) } });
      if (found === null) {
        limit.failed(source);
        throw new AppError('LOGIN_CODE_INVALID', {});
      }
      const token = randomBytes(32).toString('base64url');
      const actor: Actor = { kind: 'user', id: 'administrator' };
      await sessions.insertOne({ _id: storedForm(token), actor, expiresAt: new Date(now() + sessionMs) });
      return { token, actor };
    },
    async actorOf(token) {
      const session = await sessions.findOne({ _id: storedForm(token), expiresAt: { $gt: new Date(now()) } });
      return session?.actor ?? null;
    },
    async signOut(token) {
      await sessions.deleteOne({ _id: storedForm(token) });
    },
  };
}

function newCode(): string {
  const letters = Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** Case and separators do not matter when a code is typed. */
function plain(code: string): string {
  return code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
