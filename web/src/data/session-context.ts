import { createContext, useContext } from 'solid-js';

export interface Session {
  /** Ends the session; the page goes to the gate once the server has confirmed it. */
  signOut(): Promise<void>;
}

export const SessionContext = createContext<Session>();

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession stands outside SessionContext');
  return session;
}
