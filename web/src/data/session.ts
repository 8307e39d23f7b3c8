// Sign-in beside tRPC: a one-time code becomes an HttpOnly cookie that this page never sees.

export type SignInOutcome =
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'too-many'; readonly retryAfterSeconds: number }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no-answer' };

/** Whether the browser holds a session that the server accepts; `unknown` when it did not answer. */
export async function readSession(): Promise<'signed-in' | 'signed-out' | 'unknown'> {
  const response = await ask('/auth/session', { method: 'GET' });
  if (response?.ok) return 'signed-in';
  return response?.status === 401 ? 'signed-out' : 'unknown';
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
  return { kind: 'no-answer' };
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

interface RefusalBody {
  readonly message?: string;
  readonly hint?: string;
  readonly details?: { readonly retryAfterSeconds?: unknown };
}
