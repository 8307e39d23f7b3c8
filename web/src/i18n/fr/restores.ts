import type { LiveData } from '@holdfast/shared/restore';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

const liveDataWords: Record<LiveData, string> = {
  untouched: 'La production est inchangée.',
  replaced: 'La production est remplacée par la sauvegarde.',
  'partly-replaced': 'La production est remplacée en partie.',
};

export const restores: Dictionary['restores'] = {
  after: 'Après',
  asOf: (moment) => `État du ${moment}.`,
  byCollection: 'Par collection',
  choose: 'Choisissez la sauvegarde à ramener.',
  copyAdds: (count, databases) =>
    `${collections(count)} ${f.plural(count, { one: 'écrite', other: 'écrites' })} dans ${f.list(databases)}`,
  copyLeaves: 'La production reste telle quelle',
  copyLeavesText: 'La copie est à côté. Quand vous n’en avez plus besoin, supprimez ses bases.',
  databases: (count) => f.plural(count, { one: 'Base', other: 'Bases' }),
  deploymentGone: 'déploiement retiré',
  documentsText: (documents, bytes) =>
    `${f.count(documents)} ${f.plural(documents, { one: 'document', other: 'documents' })}, ${f.bytes(bytes)}.`,
  effect: 'Effet',
  fromBackupOf: (moment) => `De la sauvegarde du ${moment}.`,
  fromBackup: 'Depuis',
  into: 'Vers',
  liveData: (state) => liveDataWords[state],
  liveDataNow: 'La production en ce moment',
  noPlanYet: 'Le plan n’est pas encore prêt.',
  none: 'Rien n’a encore été restauré.',
  nothingChanges: 'Rien ne change avant que vous ayez vu le plan et l’ayez confirmé.',
  nothingYet: 'pas encore de sauvegarde',
  now: 'Maintenant',
  open: 'Ouvrir la restauration',
  planTitle: (name) => `Restaurer ${name}`,
  requested: 'Demandée',
  restore: 'Restaurer',
  restoreAsk: 'Restaurer…',
  key: 'Touche R',
  restoreAskFrom: (moment) => `Restaurer… la sauvegarde du ${moment}`,
  restoreAskOf: (name) => `Restaurer… ${name}`,
  restoreOf: (moment) => `Restauration du ${moment}`,
  restores: 'Restaurations',
  safetyBackup: 'Sauvegarde de sécurité',
  sourceDeployment: 'Sauvegarde de',
  starting: 'Lancement…',
  status: {
    requested: 'Demandée',
    running: 'En cours',
    completed: 'Terminée',
    failed: 'Échouée',
    cancelled: 'Annulée',
  },
  target: { copy: 'Dans une copie', original: 'En place' },
  toastCancelled: (name) => `La restauration de ${name} est annulée`,
  toastCopy: (databases) => `La copie est dans ${f.list(databases)}.`,
  toastDone: (name) => `${name} est restauré`,
  toastFailed: (name) => `La restauration de ${name} a échoué`,
  toastMerged: (inserted) =>
    f.plural(inserted, {
      one: `${f.count(inserted)} document inséré.`,
      other: `${f.count(inserted)} documents insérés.`,
    }),
  toastOriginal: (databases, undoUntil) =>
    `Remplacé en place : ${f.list(databases)}.${undoUntil === null ? '' : ` Peut être défait jusqu’au ${undoUntil}.`}`,
  toastUndone: (name) => `La restauration de ${name} est défaite`,
  whatItDoes: 'Ce que fait cette restauration',
};

function collections(count: number): string {
  return f.plural(count, { one: `${f.count(count)} collection`, other: `${f.count(count)} collections` });
}
