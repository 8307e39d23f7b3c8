// Sign-in beside tRPC: a one-time code becomes an HttpOnly cookie that this page never sees.

export type SignInOutcome =
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'too-many'; readonly retryAfterSeconds: number }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'no-ledger' };

/** Whether the browser holds a session that the server accepts; else what did not answer when it was asked. */
export type SessionAnswer = 'signed-in' | 'signed-out' | 'no-answer' | 'no-ledger';

export async function readSession(): Promise<SessionAnswer> {
  const response = await ask('/auth/session', { method: 'GET' });
  if (response?.ok) return 'signed-in';
  return response?.status === 401 ? 'signed-out' : whatIsSilent(response);
}

/** Sends a login code; each code is good once. */
export async function signIn(code: string): Promise<SignInOutcome> {
  const response = await ask('/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  if (response?.ok) return { kind: 'signed-in' };
  if (response?.status === 401) return { kind: 'wrong-code' };
  if (response && response.status < 500) return readRefusal(response);
  return { kind: await whatIsSilent(response) };
}

/** Ends the session at the server. True when the server has confirmed it. */
export async function signOut(): Promise<boolean> {
  const response = await ask('/auth/logout', { method: 'POST' });
  return response?.ok ?? false;
}

async function ask(path: string, init: RequestInit): Promise<Response | null> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (error instanceof TypeError) return null; // fetch says so when nothing answers
    throw error;
  }
}

async function readRefusal(response: Response): Promise<SignInOutcome> {
  const body = (await response.json().catch(() => null)) as RefusalBody | null;
  const seconds = body?.details?.retryAfterSeconds;
  if (typeof seconds === 'number') return { kind: 'too-many', retryAfterSeconds: seconds };
  return { kind: 'refused', message: [body?.message, body?.hint].filter(Boolean).join(' ') };
}

/** A server that has no answer from its ledger says so; a proxy's 503 and no response at all do not. */
async function whatIsSilent(response: Response | null): Promise<'no-answer' | 'no-ledger'> {
  const body = (await response?.json().catch(() => null)) as RefusalBody | null | undefined;
  return body?.code === 'LEDGER_UNAVAILABLE' ? 'no-ledger' : 'no-answer';
}

interface RefusalBody {
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly details?: { readonly retryAfterSeconds?: unknown };
}
