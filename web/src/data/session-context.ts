import { createContext, useContext } from 'solid-js';

export interface Session {
  /** Ends the session at the server; true once it has confirmed that. */
  signOut(): Promise<boolean>;
}

export const SessionContext = createContext<Session>();

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession stands outside SessionContext');
  return session;
}
