// The way from any page to the plan of a restore.
import { useNavigate } from '@solidjs/router';

/** The page that plans a restore of this backup. */
export function planPage(backupId: string): string {
  return `/backups/${backupId}/restore`;
}

/** Goes to the plan of a backup; does nothing without one. */
export function useOpenPlan(): (backupId: string | undefined) => void {
  const navigate = useNavigate();
  return (backupId) => {
    if (backupId !== undefined) navigate(planPage(backupId));
  };
}
