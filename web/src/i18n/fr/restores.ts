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
  action: {
    added: 'ajoutée',
    replaced: 'remplacée',
    merged: 'fusionnée',
    dropped: 'supprimée',
    untouched: 'intacte',
  },
  added: (count) => f.plural(count, { one: 'collection ajoutée', other: 'collections ajoutées' }),
  after: 'Après',
  asOf: (moment) => `État du ${moment}.`,
  byCollection: 'Par collection',
  choose: 'Choisissez la sauvegarde à ramener.',
  comparing: 'Comparaison de la sauvegarde avec la production…',
  confirm: 'Confirmer la restauration',
  confirmTitle: (name) => `Confirmer la restauration de ${name}`,
  confirmedBy: (who, moment) => `Confirmée par ${actor.name(who)}, ${moment}.`,
  continue: 'Continuer…',
  copyAdds: (count, databases) =>
    `${collections(count)} ${f.plural(count, { one: 'écrite', other: 'écrites' })} dans ${f.list(databases)}`,
  copyLeaves: 'La production reste telle quelle',
  copyLeavesText: 'La copie est à côté. Quand vous n’en avez plus besoin, supprimez ses bases.',
  databases: (count) => f.plural(count, { one: 'Base', other: 'Bases' }),
  deploymentGone: 'déploiement retiré',
  documentsText: (documents, bytes) => `${f.count(documents)} documents, ${f.bytes(bytes)}.`,
  effect: 'Effet',
  enterStartsNothing: 'Entrée seule ne lance rien.',
  everyCollection: (count, documents) => `${collections(count)}, ${f.count(documents)} documents`,
  fromBackup: 'Depuis',
  into: 'Vers',
  liveData: (state) => liveDataWords[state],
  liveDataNow: 'La production en ce moment',
  missing: 'absente',
  noPlanYet: 'Le plan n’est pas encore prêt.',
  none: 'Rien n’a encore été restauré.',
  nothingChanges: 'Rien ne change avant que vous ayez vu le plan et l’ayez confirmé.',
  nothingYet: 'pas encore de sauvegarde',
  now: 'Maintenant',
  open: 'Ouvrir la restauration',
  originalLoses: (name) =>
    `Ce qui y a été écrit sur ${name} depuis la sauvegarde est perdu. Faites d’abord une sauvegarde si vous pourriez en avoir besoin.`,
  originalProves: 'La production reste telle quelle tant que la copie n’est pas prouvée intacte',
  originalProvesText: 'La copie est construite à côté et comparée document par document ; puis elle prend sa place.',
  originalReplaces: (replaced, added) =>
    `${collections(replaced)} ${f.plural(replaced, { one: 'remplacée', other: 'remplacées' })}, ${f.count(added)} ${f.plural(added, { one: 'ajoutée', other: 'ajoutées' })}`,
  phraseDiffers: 'Le nom ne correspond pas encore.',
  phraseMissing: 'Saisissez le nom pour continuer.',
  planAnew: 'Refaire le plan',
  planHolds: (relative) => `Rien n’a encore changé. Le plan expire ${relative}.`,
  planTitle: (name) => `Restaurer ${name}`,
  replaced: (count) => f.plural(count, { one: 'collection remplacée', other: 'collections remplacées' }),
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
  suffix: 'Suffixe des bases copiées',
  suffixHint: 'Laissé vide, Holdfast en choisit un.',
  suffixProblem: 'Un suffixe compte de 1 à 32 lettres, chiffres, traits d’union ou tirets bas.',
  swapping: 'La bascule est en cours.',
  target: { copy: 'Dans une copie', original: 'En place' },
  targetText: {
    copy: 'De nouvelles bases à côté de celles en production. Rien ne change en production.',
    original: 'Remplace ce qui est en production. Demande de saisir un nom.',
  },
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
  typePhrase: 'Pour continuer, saisissez',
  untouched: (count) => f.plural(count, { one: 'collection intacte', other: 'collections intactes' }),
  verdict: (status, name) => verdicts[status](name),
  warning: {
    REPLACES_LIVE_DATA: 'Ces collections sont remplacées ; ce qui a été écrit depuis la sauvegarde est perdu.',
    DROPS_COLLECTIONS: 'Ces collections sont supprimées : la sauvegarde ne les a pas.',
    NEWER_DATA_LOST: 'Des données plus récentes seront perdues.',
    NOT_ATOMIC:
      'Vues et séries temporelles ne peuvent pas basculer d’un coup ; elles sont remplacées en dernier, en place.',
    WRITES_MAY_BE_LOST:
      'Les collections basculent l’une après l’autre ; ce qui est écrit dans ces quelques millisecondes peut être perdu.',
    CHANGE_STREAMS_END: 'Les flux de changements (change streams) sur ces collections s’arrêtent au basculement.',
    TYPE_CHANGES: 'Une collection, une vue ou une série temporelle prend la place d’une autre sorte.',
    STRUCTURE_DIFFERS: 'Index, options ou validateurs ne sont plus ceux de la sauvegarde.',
    VIEW_BASE_MISSING: 'Ces vues liraient une collection qui n’existera pas.',
    NOT_MERGED: 'Ces espaces de noms ne peuvent pas être fusionnés ; ils restent tels quels.',
    TTL_EXPIRES: 'Ces collections ont un index TTL : les documents expirés entre-temps disparaîtront peu après.',
    USERS_VANISH: 'Ces utilisateurs ou rôles disparaîtront.',
    USERS_NOT_IN_BACKUP: 'La sauvegarde ne contient ni utilisateurs ni rôles.',
    SERVER_VERSION_DIFFERS: 'La version de MongoDB n’est plus celle de la sauvegarde.',
    TOOL_VERSION_DIFFERS: 'La version des outils n’est plus celle qui a fait la sauvegarde.',
    SPACE_SHORT: 'La place libre ne suffit pas : la copie est écrite à côté de la production.',
    SPACE_UNKNOWN: 'Le serveur ne dit pas combien de place est libre.',
    OPLOG_SHORT: 'L’oplog est petit pour cette restauration : un membre en retard pourrait décrocher.',
    UNDO_LIMITED:
      'Tout ne peut pas être défait par un simple renommage ; le reste revient de la sauvegarde de sécurité.',
  },
  whatItDoes: 'Ce que fait cette restauration',
  where: 'Où vont les données',
};

function collections(count: number): string {
  return f.plural(count, { one: `${f.count(count)} collection`, other: `${f.count(count)} collections` });
}
