import type { Deployment } from '@holdfast/shared/deployment';
import type { I18n } from '../i18n/i18n-context.tsx';

/** Where a deployment is and how much of it is backed up: "rs-shop, database shop". */
export function scopeWords(t: I18n['t'], deployment: Pick<Deployment, 'hosts' | 'replicaSet' | 'database'>): string {
  const place = deployment.replicaSet ?? hostWords(deployment.hosts);
  return `${place}, ${deployment.database ? t('deployments.oneDatabase', deployment.database) : t('deployments.allDatabases')}`;
}

/** The first host, and how many more there are. */
export function hostWords(hosts: readonly string[]): string {
  const [first = '', ...more] = hosts;
  return more.length > 0 ? `${first} +${more.length}` : first;
}
