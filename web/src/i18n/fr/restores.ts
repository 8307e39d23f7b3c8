import type { LiveData, RestoreStatus } from '@holdfast/shared/restore';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';
import { actor } from './common.ts';

const f = createFormats('fr');

const liveDataWords: Record<LiveData, string> = {
  untouched: 'La production est inchangée.',
  replaced: 'La production est remplacée par la sauvegarde.',
  'partly-replaced': 'La production est remplacée en partie.',
};

const verdicts: Record<RestoreStatus, (name: string) => string> = {
  requested: (name) => `Restauration de ${name}`,
  running: (name) => `Restauration de ${name}`,
  completed: (name) => `${name} est de retour.`,
  failed: (name) => `La restauration de ${name} a échoué.`,
  cancelled: (name) => `La restauration de ${name} a été annulée.`,
};

export const restores: Dictionary['restores'] = {
  after: 'Après',
  asOf: (moment) => `État du ${moment}.`,
  byCollection: 'Par collection',
  choose: 'Choisissez la sauvegarde à ramener.',
  confirmedBy: (who, moment) => `Confirmée par ${actor.name(who)}, ${moment}.`,
  copyAdds: (count, databases) =>
    `${collections(count)} ${f.plural(count, { one: 'écrite', other: 'écrites' })} dans ${f.list(databases)}`,
  copyLeaves: 'La production reste telle quelle',
  copyLeavesText: 'La copie est à côté. Quand vous n’en avez plus besoin, supprimez ses bases.',
  databases: (count) => f.plural(count, { one: 'Base', other: 'Bases' }),
  deploymentGone: 'déploiement retiré',
  documentsText: (documents, bytes) => `${f.count(documents)} documents, ${f.bytes(bytes)}.`,
  effect: 'Effet',
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
  restoreAskFrom: (moment) => `Restaurer… la sauvegarde du ${moment}`,
  restoreAskOf: (name) => `Restaurer… ${name}`,
  restoreOf: (moment) => `Restauration du ${moment}`,
  restores: 'Restaurations',
  starting: 'Lancement…',
  status: {
    requested: 'Demandée',
    running: 'En cours',
    completed: 'Terminée',
    failed: 'Échouée',
    cancelled: 'Annulée',
  },
  step: { verify: 'Vérifier l’archive', stage: 'Écrire la copie', prove: 'Prouver la copie', swap: 'Basculer' },
  stepText: {
    verify: 'L’archive entière est relue avant que quoi que ce soit soit écrit.',
    stage: 'Les collections sont écrites à côté de celles en production.',
    prove: 'Nombres, contenus, index et options sont relus et comparés avec la sauvegarde.',
    swap: 'La copie prouvée prend la place des collections en production.',
  },
  swapping: 'La bascule est en cours.',
  target: { copy: 'Dans une copie', original: 'En place' },
  toastCancelled: (name) => `La restauration de ${name} est annulée`,
  toastCopy: (databases) => `La copie est dans ${f.list(databases)}.`,
  toastDone: (name) => `${name} est restauré`,
  toastFailed: (name) => `La restauration de ${name} a échoué`,
  toastOriginal: (databases) => `Remplacé en place : ${f.list(databases)}.`,
  truthCopied: (databases) => `La copie est dans ${f.list(databases)}, comparée avec la sauvegarde et égale.`,
  truthCopying: 'La copie se construit à côté. Vos applications lisent et écrivent comme toujours.',
  truthEnded: (state) =>
    state === 'untouched'
      ? 'Rien n’y a été changé, et ce qui avait été copié est supprimé.'
      : state === 'replaced'
        ? 'Les collections contiennent ce que contenait la sauvegarde.'
        : 'Certaines collections contiennent la sauvegarde, d’autres non. Restaurez de nouveau, ou restaurez dans une copie et comparez.',
  truthReplaced: (databases) => `${f.list(databases)} : comparé avec la sauvegarde et égal.`,
  truthStaging: 'La copie se construit à côté. Jusqu’à la bascule, vos applications lisent et écrivent comme toujours.',
  truthSwapping: 'La copie prouvée prend la place des collections en production. Il n’est plus possible d’annuler.',
  verdict: (status, name) => verdicts[status](name),
  whatItDoes: 'Ce que fait cette restauration',
};

function collections(count: number): string {
  return f.plural(count, { one: `${f.count(count)} collection`, other: `${f.count(count)} collections` });
}
