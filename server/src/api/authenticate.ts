// From a request to an actor: the administrator key as bearer, or a session's cookie. A key never stands in a URL.
import type { Actor } from '@holdfast/shared/actor';
import { sameSecret } from '../access/administrator-key.ts';
import type { SignIn } from '../access/sign-in.ts';

export const sessionCookie = 'holdfast_session';

export type Authenticator = (headers: {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}) => Promise<Actor | null>;

export function authenticator(options: { readonly administratorKey: string; readonly signIn: SignIn }): Authenticator {
  return async ({ authorization, cookie }) => {
    const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (bearer !== undefined) {
      return sameSecret(bearer, options.administratorKey) ? { kind: 'api-key', id: 'administrator' } : null;
    }
    return cookie === undefined ? null : options.signIn.actorOf(cookie);
  };
}
