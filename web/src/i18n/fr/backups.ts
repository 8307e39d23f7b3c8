import type { Actor } from '@holdfast/shared/actor';
import type { BackupStatus } from '@holdfast/shared/backup';
import type { Optime } from '@holdfast/shared/manifest';
import type { VerificationCause } from '@holdfast/shared/verification';
import type { Proof } from '../../backups/proof.ts';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

const verdicts: Record<BackupStatus, string> = {
  requested: 'est demandée.',
  running: 'est en cours d’écriture.',
  sealed: 'est en cours de mise en sûreté.',
  completed: 'est écrite entière.',
  failed: 'a échoué.',
  cancelled: 'a été annulée.',
  missing: 'est introuvable : son archive a disparu.',
  expired: 'a expiré.',
  deleted: 'a été supprimée.',
};

const proofs: Record<Exclude<Proof, 'none'>, string> = {
  verified: 'est vérifiée.',
  tested: 'a sa restauration testée.',
  damaged: 'n’a pas passé sa vérification.',
  unrestorable: 'n’a pas passé son test de restauration.',
};

const causes: Record<VerificationCause, string> = {
  'after-backup': 'Vérifiée après la sauvegarde',
  scrub: 'Vérifiée par le contrôle de fond',
  asked: 'Vérifiée sur demande',
};

function isSame(start: Optime, end: Optime): boolean {
  return start.seconds === end.seconds && start.increment === end.increment;
}

function optimeText({ seconds, increment }: Optime): string {
  return `${f.seconds(new Date(seconds * 1_000).toISOString())} n° ${increment}`;
}

const origins: Record<Actor['kind'], string> = {
  user: 'par l’administrateur',
  'api-key': 'par une clé d’API',
  schedule: 'par planification',
  system: 'par Holdfast lui-même',
};

export const backups: Dictionary['backups'] = {
  actsOf: (moment) => `Actions pour la sauvegarde du ${moment}`,
  archive: 'Archive',
  backUpNow: 'Sauvegarder maintenant',
  backUpNowOf: (name) => `Sauvegarder maintenant : ${name}`,
  backup: 'Sauvegarde',
  backupOf: (moment) => `Sauvegarde du ${moment}`,
  backups: 'Sauvegardes',
  between: (start, end) =>
    isSame(start, end)
      ? `À l’optime ${optimeText(start)} : rien n’a été écrit entre-temps`
      : `Entre l’optime ${optimeText(start)} et ${optimeText(end)}`,
  by: 'Par',
  caption: (name) => `Sauvegardes de ${name}, les plus récentes d’abord`,
  collections: 'Collections',
  collectionsFound: (count) => `${count} trouvées`,
  consistency: 'Cohérence',
  countsText: counts,
  delete: 'Supprimer la sauvegarde',
  deleteAsk: 'Supprimer…',
  deleteEffect: (name, bytes) =>
    `L’archive de ${name} est supprimée et libère ${f.bytes(bytes)}. Elle ne peut pas être rétablie. Le registre garde son histoire.`,
  deleteMissingEffect:
    'Son archive a déjà disparu ; si elle revient, elle est retirée. Le registre garde l’histoire de la sauvegarde.',
  deleteTitle: (moment) => `Supprimer la sauvegarde du ${moment} ?`,
  damaged: 'Endommagée',
  damagedAt: (moment) => `constaté ${moment}`,
  documents: 'Documents',
  duration: 'Durée',
  endedAt: 'Terminée',
  facts: 'Repères',
  file: 'Fichier',
  filter: { kept: 'Conservées', failed: 'Échouées', all: 'Toutes' },
  fromManifest: 'Telles que le manifeste de l’archive les énumère',
  id: 'Identifiant',
  indexes: 'Index',
  isVerified: 'Vérification en cours',
  isVerifiedText: (cause, bytes, total) => `${causes[cause]} : ${f.bytes(bytes)} sur ${f.bytes(total)} environ relus`,
  kind: 'Type',
  moreCollections: (total) => `En afficher plus, sur ${total}`,
  noCollection: 'Il n’y a pas de telle collection.',
  none: (filter) => (filter === 'failed' ? 'Aucune exécution n’a échoué.' : 'Il n’y a pas encore de sauvegarde.'),
  notVerified: 'pas encore vérifiée',
  open: 'Ouvrir la sauvegarde',
  origin: (name, who, ago) => `${name}, ${origins[who.kind]}, ${ago}.`,
  packedText: ({ documents, collections, rawBytes, sizeBytes, durationMs }) =>
    `${counts(documents, collections)}, ${f.bytes(rawBytes)} réduits à ${f.bytes(sizeBytes)} en ${f.duration(durationMs)}.`,
  perCollection: 'Chaque collection pour elle-même, pas un seul instant',
  rawSize: 'Taille brute',
  reading: 'l’archive est en cours de lecture',
  requestedAt: 'Demandée',
  requesting: 'Demande en cours…',
  searchCollections: 'Chercher une collection',
  size: 'Taille',
  status: {
    requested: 'Demandée',
    running: 'En cours',
    sealed: 'En finalisation',
    completed: 'Terminée',
    failed: 'Échouée',
    cancelled: 'Annulée',
    missing: 'Introuvable',
    expired: 'Expirée',
    deleted: 'Supprimée',
  },
  taken: 'Prise',
  toastCancelled: (name) => `La sauvegarde de ${name} est annulée`,
  toastDone: (name) => `${name} est sauvegardé`,
  toastDoneText: (documents, bytes, duration) => `${documentsText(documents)}, ${f.bytes(bytes)}, en ${duration}`,
  toastFailed: (name) => `La sauvegarde de ${name} a échoué`,
  type: { collection: 'collection', view: 'vue', timeseries: 'série temporelle' },
  testing: 'sa restauration est en cours de test',
  testedAt: (moment) => `restauration testée ${moment}`,
  unrestorable: 'Non restaurable',
  unrestorableAt: (moment) => `test de restauration ${moment}`,
  verdict: (status, proof) => (proof === 'none' ? verdicts[status] : proofs[proof]),
  safety: 'Faite par',
  safetyBackup: 'sauvegarde de sécurité',
  safetyGoes: 'Elle disparaît quand cette restauration ne peut plus être défaite.',
  safetyOf: {
    everything: 'Une restauration, de tout ce qu’elle allait remplacer',
    needed: 'Une restauration, de ce qu’aucun renommage ne peut ramener',
  },
  usersAndRoles: (users, roles) => {
    const roleWords = f.plural(roles, { one: `${f.count(roles)} rôle`, other: `${f.count(roles)} rôles` });
    return `${f.plural(users, { one: `${f.count(users)} utilisateur`, other: `${f.count(users)} utilisateurs` })}, ${roleWords}`;
  },
  verified: 'Vérifiée',
  verifiedAt: (moment) => `vérifiée ${moment}`,
  verifiedText: (documents, bytes, duration) =>
    `${documentsText(documents)}, ${f.bytes(bytes)} relus en ${duration} ; toutes les sommes concordent.`,
  verifiedTitle: (name) => `La sauvegarde de ${name} est intacte`,
  verify: 'Vérifier',
  verifying: 'Vérification…',
};

function documentsText(documents: number): string {
  return f.plural(documents, { one: `${f.count(documents)} document`, other: `${f.count(documents)} documents` });
}

function counts(documents: number, collections: number): string {
  const inCollections = f.plural(collections, {
    one: `${f.count(collections)} collection`,
    other: `${f.count(collections)} collections`,
  });
  return `${documentsText(documents)} dans ${inCollections}`;
}
