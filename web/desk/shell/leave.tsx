import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useFailed } from './notices.tsx';
import { Problem, request } from './request.ts';
import { Loading } from './states.tsx';

const LeaveContext = createContext<() => void>(() => undefined);

/**
 * Everything below is there only while somebody is signed in. Who signs out leaves it first: the live feed is closed and nothing is asked any more,
 * so that no answer comes back refused; then the session ends, and the page with all that it had loaded.
 */
export function Leavable({ children }: { children: ReactNode }) {
  const [leaving, setLeaving] = useState(false);
  return leaving ? (
    <Leaving onFailed={() => setLeaving(false)} />
  ) : (
    <LeaveContext value={() => setLeaving(true)}>{children}</LeaveContext>
  );
}

function Leaving({ onFailed }: { onFailed: () => void }) {
  const queries = useQueryClient();
  const sayFailed = useFailed();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it appears
  useEffect(() => {
    const leave = async () => {
      await queries.cancelQueries();
      try {
        await request('/api/auth/sign-out', { method: 'POST', body: {} });
      } catch (error) {
        // A session that had ended already is what was wanted.
        if (!(error instanceof Problem && error.status === 401)) {
          sayFailed(error);
          onFailed();
          return;
        }
      }
      window.location.assign('/desk/sign-in');
    };
    void leave();
  }, []);
  return <Loading rows={3} />;
}

/** Ends the session and forgets everything that was loaded; says so when that fails, and stays. */
export const useLeave = (): (() => void) => useContext(LeaveContext);
