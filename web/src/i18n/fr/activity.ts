import type { PolicyEncryption } from '@holdfast/shared/encryption';
import type { EventType } from '@holdfast/shared/events';
import type { RestorePhase } from '@holdfast/shared/restore';
import type { RestoreTestSkipReason } from '@holdfast/shared/restore-test';
import { reasonsOfBackup } from '../../backups/proof.ts';
import { changedLimits, hourText } from '../../policies/policy-words.ts';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';
import { failureReasons } from './errors.ts';

const f = createFormats('fr');

const typeNames: Record<EventType, string> = {
  BackupRequested: 'Sauvegarde demandée',
  BackupStarted: 'Sauvegarde commencée',
  BackupSealed: 'Sauvegarde scellée',
  BackupCompleted: 'Sauvegarde terminée',
  BackupFailed: 'Sauvegarde échouée',
  BackupCancelled: 'Sauvegarde annulée',
  BackupSkipped: 'Sauvegarde sautée',
  BackupVerified: 'Sauvegarde vérifiée',
  BackupVerificationFailed: 'Vérification échouée',
  ScrubChanged: 'Contrôle de fond modifié',
  BackupMissing: 'Archive introuvable',
  BackupAdopted: 'Archive adoptée',
  BackupCopied: 'Archive copiée',
  BackupCopyFailed: 'Échec de la copie',
  BackupCopyMissing: 'Copie manquante',
  BackupImported: 'Dump importé',
  SafetyBackupCompleted: 'Sauvegarde de sécurité terminée',
  BackupExpired: 'Sauvegarde expirée',
  BackupDeleted: 'Sauvegarde supprimée',
  RestoreRequested: 'Restauration demandée',
  RestoreStarted: 'Restauration commencée',
  RestorePhaseStarted: 'Restauration avancée',
  RestoreSafetyBackupTaken: 'Sauvegarde de sécurité faite',
  RestoreStaged: 'Restauration préparée',
  RestoreUnstaged: 'Restauration retirée avant de basculer',
  RestoreSwapped: 'Restauration basculée',
  RestoreGivenUp: 'Restauration abandonnée',
  RestoreCompleted: 'Restauration terminée',
  RestoreFailed: 'Restauration échouée',
  RestoreCancelled: 'Restauration annulée',
  RestoreUndone: 'Restauration défaite',
  RestoreUndoExpired: 'Retour clos',
  RestoreUndoDropped: 'Données gardées supprimées',
  PutBackStarted: 'Remise commencée',
  DocumentsPutBack: 'Documents remis',
  RestoreTestRequested: 'Test de restauration demandé',
  RestoreTestStarted: 'Test de restauration commencé',
  RestoreTestPassed: 'Test de restauration réussi',
  RestoreTestFailed: 'Test de restauration échoué',
  RestoreTestSkipped: 'Test de restauration sauté',
  RestoreTestsChanged: 'Tests de restauration modifiés',
  OperationCancelRequested: 'Annulation demandée',
  OperationTakenOver: 'Opération reprise',
  PolicyChanged: 'Politique modifiée',
  DeploymentRegistered: 'Déploiement enregistré',
  DeploymentRecovered: 'Déploiement retrouvé',
  DeploymentUpdated: 'Déploiement modifié',
  DestinationAdded: 'Destination ajoutée',
  DestinationUpdated: 'Destination modifiée',
  DestinationRemoved: 'Destination retirée',
  DeploymentRemoved: 'Déploiement retiré',
  LedgerRecovered: 'Retrouvé depuis une destination',
  ConfigurationImported: 'Configuration importée',
  EncryptionKeyCreated: 'Clé de chiffrement créée',
  EncryptionDefaultChanged: 'Chiffrement modifié',
  EncryptionKeyRetired: 'Clé de chiffrement retirée',
  EncryptionRecipientAdded: 'Destinataire ajouté',
  EncryptionRecipientRemoved: 'Destinataire retiré',
  RecoveryKitIssued: 'Kit de secours émis',
  RecoveryKitConfirmed: 'Kit de secours confirmé',
  SignedIn: 'Connexion',
  SignInFailed: 'Connexion refusée',
  ApiKeyCreated: 'Clé d’API créée',
};

export const activity: Dictionary['activity'] = {
  at: 'Le',
  broken: (position) => `Le registre diffère en #${f.count(position)}.`,
  brokenText:
    'Quelqu’un ou quelque chose l’a modifié. Comparez-le avec les positions que citent les manifestes des archives.',
  data: 'Données de l’événement',
  details: (position) => `#${f.count(position)}, détails`,
  differsFrom: (position) => `diffère de #${position}`,
  equalTo: (position) => `égale à l’empreinte de #${position}`,
  eventsText: (count) =>
    `${f.plural(count, { one: `${f.count(count)} événement`, other: `${f.count(count)} événements` })}, chacun lié au précédent par son empreinte.`,
  expectedFound: (expected, found) => `attendu ${expected}, trouvé ${found}`,
  filters: 'Filtres',
  hash: 'Empreinte',
  kind: 'Type',
  newer: (count) =>
    f.plural(count, {
      one: '1 événement plus récent, afficher',
      other: `${f.count(count)} événements plus récents, afficher`,
    }),
  none: 'Aucun événement ne correspond.',
  onlyThis: 'seulement cette opération',
  operation: 'Opération',
  operationIs: (id) => `Opération …${id}`,
  previous: 'Empreinte précédente',
  problem: {
    missing: 'L’événement manque.',
    hash: 'Son contenu ne correspond pas à son empreinte.',
    'previous-hash': 'Il ne cite pas l’événement qui le précède.',
    head: 'La tête ne cite pas le dernier événement.',
  },
  removeFilter: 'Retirer ce filtre',
  showPosition: (position) => `Afficher #${f.count(position)}`,
  story: 'Histoire',
  storyNote: 'Tout ce qu’en dit le registre',
  stream: 'Flux',
  streamVersion: (stream, version) => `${stream}, version ${f.count(version)}`,
  type: 'Événement',
  typeNames,
  upTo: (position) => `Jusqu’à #${position}`,
  verify: 'Vérifier la chaîne',
  verifying: 'Parcours de la chaîne…',
  whole: 'La chaîne est intacte.',
  wholeText: (count, duration) =>
    `${f.plural(count, { one: `${f.count(count)} événement`, other: `${f.count(count)} événements` })} du premier à la tête ; toutes les empreintes concordent. Parcourue en ${duration}.`,
};

const restorePhases: Record<RestorePhase, string> = {
  verify: 'vérification de l’archive',
  'safety-backup': 'sauvegarde de sécurité en cours',
  stage: 'préparation de la copie ; production inchangée',
  prove: 'preuve de la copie ; production inchangée',
  swap: 'la copie passe en production',
  finish: 'la restauration s’achève',
};

export const restoreTestSkips: Record<RestoreTestSkipReason, string> = {
  'no-server-of-version': 'aucun MongoDB de la bonne version n’est disponible',
  'no-space': 'il y a trop peu de place',
  'budget-spent': 'le temps du jour est épuisé',
  'archive-in-use': 'son archive est utilisée',
  cancelled: 'il a été annulé',
  interrupted: 'son serveur s’est arrêté',
};

export const events: Dictionary['events'] = {
  BackupRequested: ({ trigger }) => `sauvegarde demandée${trigger === 'schedule' ? ' par la planification' : ''}`,
  BackupStarted: () => 'sauvegarde commencée',
  BackupSealed: ({ sizeBytes }) => `archive scellée, ${f.bytes(sizeBytes)}`,
  BackupCompleted: ({ sizeBytes, durationMs, documents }) =>
    `sauvegardé : ${documentsText(documents)}, ${f.bytes(sizeBytes)} en ${f.duration(durationMs)}`,
  BackupFailed: ({ reason }) => `échec de la sauvegarde : ${failureReasons[reason]}`,
  BackupCancelled: () => 'sauvegarde annulée',
  BackupSkipped: ({ reason, dueAt }) =>
    `exécution du ${f.moment(dueAt)} sautée : ${reason === 'busy' ? 'une autre opération était en cours' : 'le service était arrêté'}`,
  BackupVerified: ({ documents, durationMs }) =>
    `vérifiée : ${documentsText(documents)} relus en ${f.duration(durationMs)}`,
  ScrubChanged: ({ enabled, everyDays, bytesPerSecond }) =>
    enabled
      ? `Contrôle de fond : chaque archive une fois en ${f.count(everyDays)} jours, ${bytesPerSecond === null ? 'aussi vite qu’elle se lit' : `${f.bytes(bytesPerSecond)}/s au plus`}`
      : 'Contrôle de fond désactivé',
  BackupVerificationFailed: ({ reason }) => `échec de la vérification : ${failureReasons[reason]}`,
  BackupMissing: () => 'archive introuvable à sa destination',
  BackupAdopted: ({ createdAt, documents, sizeBytes, recovered }) =>
    `archive du ${f.moment(createdAt)} ${recovered ? 'retrouvée d’après son manifeste' : 'vérifiée et adoptée'} : ${documentsText(documents)}, ${f.bytes(sizeBytes)}`,
  BackupCopied: ({ destinationName, sizeBytes }) => `archive copiée vers ${destinationName}, ${f.bytes(sizeBytes)}`,
  BackupCopyFailed: ({ destinationName, reason }) =>
    `échec de la copie vers ${destinationName} : ${failureReasons[reason]}`,
  BackupCopyMissing: ({ destinationName }) => `copie manquante dans ${destinationName} ; elle est refaite`,
  BackupImported: ({ takenAt, documents, sizeBytes, origin }) =>
    `dump du ${f.moment(takenAt)} importé de ${origin.fileName} : ${documentsText(documents)}, ${f.bytes(sizeBytes)}`,
  SafetyBackupCompleted: ({ documents, sizeBytes }) =>
    `ce qu’une restauration remplace est sauvegardé : ${documentsText(documents)}, ${f.bytes(sizeBytes)}`,
  BackupExpired: ({ policyId, retentionCount }) =>
    policyId === null
      ? 'sauvegarde de sécurité expirée avec le retour qu’elle servait'
      : `sauvegarde expirée : les ${f.count(retentionCount)} plus récentes sont gardées`,
  BackupDeleted: ({ cause }) => `archive supprimée${cause === 'retention' ? ' par la rétention' : ''}`,
  OperationCancelRequested: ({ kind }) =>
    `annulation de la ${kind === 'backup' ? 'sauvegarde' : 'restauration'} demandée`,
  OperationTakenOver: ({ kind }) =>
    `la ${kind === 'backup' ? 'sauvegarde' : 'restauration'} a été laissée par son serveur ; un autre y met fin`,
  RestoreRequested: ({ target, undoOf, source }) =>
    undoOf
      ? 'retour d’une restauration confirmé'
      : `restauration ${source ? `d’une sauvegarde de ${source.deploymentName} ` : ''}confirmée, ${target.kind === 'copy' ? 'dans une copie' : 'en place'}`,
  RestoreStarted: () => 'restauration commencée',
  RestorePhaseStarted: ({ phase }) => restorePhases[phase],
  RestoreSafetyBackupTaken: () => 'sauvegarde de sécurité faite de ce qu’aucun renommage ne défait',
  RestoreStaged: ({ swaps }) =>
    `copie préparée et prouvée${swaps.length === 0 ? '' : `, ${f.plural(swaps.length, { one: `${f.count(swaps.length)} collection`, other: `${f.count(swaps.length)} collections` })}`}`,
  RestoreUnstaged: () => 'la copie est supprimée ; production inchangée',
  RestoreSwapped: ({ method, durationMs, groups, undoUntil, merged }) =>
    [
      merged === undefined
        ? 'copie basculée'
        : f.plural(merged.inserted, {
            one: `${f.count(merged.inserted)} document inséré`,
            other: `${f.count(merged.inserted)} documents insérés`,
          }),
      ...(method === undefined
        ? []
        : [
            groups
              ? `en ${f.count(groups)} groupes`
              : method === 'apply-ops'
                ? 'd’un seul coup'
                : 'l’une après l’autre',
          ]),
      ...(durationMs === undefined ? [] : [`en ${tookText(durationMs)}`]),
      ...(undoUntil === undefined ? [] : [`peut être défaite jusqu’au ${f.moment(undoUntil)}`]),
    ].join(', '),
  RestoreGivenUp: ({ reason, undoUntil }) =>
    `abandonnée à mi-chemin : ${failureReasons[reason]} ; le reste de la copie est supprimé${undoUntil === undefined ? '' : `, peut être défaite jusqu’au ${f.moment(undoUntil)}`}`,
  RestoreCompleted: ({ documents, databases, durationMs }) =>
    `restauré : ${documentsText(documents)} dans ${f.list(databases)}, en ${f.duration(durationMs)}`,
  RestoreFailed: ({ reason, liveData }) =>
    `échec de la restauration : ${failureReasons[reason]} ; production ${liveData === 'untouched' ? 'inchangée' : liveData === 'replaced' ? 'remplacée' : 'remplacée en partie'}`,
  RestoreCancelled: () => 'restauration annulée ; production inchangée',
  RestoreUndone: () => 'restauration défaite',
  RestoreUndoExpired: ({ cause }) =>
    cause === 'expired' ? 'le délai pour la défaire est passé' : 'elle n’est plus à défaire',
  RestoreUndoDropped: () => 'ce qu’elle avait remplacé est supprimé',
  PutBackStarted: ({ namespace, documents }) =>
    `remise commencée dans ${namespace} : ${documentsText(documents)} au plus`,
  DocumentsPutBack: ({ namespace, inserted, replaced, uncertain }) =>
    `remis dans ${namespace} : ${f.count(inserted)} ${f.plural(inserted, { one: 'inséré', other: 'insérés' })}, ${f.count(replaced)} ${f.plural(replaced, { one: 'remplacé', other: 'remplacés' })}` +
    (uncertain === undefined
      ? ''
      : `, ${f.count(uncertain)} ${f.plural(uncertain, { one: 'interrompu, peut-être écrit', other: 'interrompus, peut-être écrits' })}`),
  RestoreTestRequested: () => 'test de restauration demandé',
  RestoreTestStarted: ({ serverVersion }) => `test de restauration commencé dans un MongoDB ${serverVersion} à part`,
  RestoreTestPassed: ({ documents, restoreMs }) =>
    `test de restauration réussi : ${documentsText(documents)} revenus en ${f.duration(restoreMs)}, comparés et égaux`,
  RestoreTestFailed: ({ reason }) =>
    `${reasonsOfBackup.includes(reason) ? 'échec du test de restauration' : 'test de restauration impossible'} : ${failureReasons[reason]}`,
  RestoreTestSkipped: ({ reason }) => `test de restauration sauté : ${restoreTestSkips[reason]}`,
  RestoreTestsChanged: ({ enabled, everyDays, minutesPerDay }) =>
    enabled
      ? `Tests de restauration : chaque déploiement une fois en ${f.count(everyDays)} jours, ${f.count(minutesPerDay)} minutes par jour au plus`
      : 'Tests de restauration planifiés désactivés',
  PolicyChanged: ({ enabled, scheduledHour, timezone, retentionCount, encryption, ...limits }) =>
    (enabled
      ? `politique : chaque jour à ${hourText(scheduledHour)} ${timezone}, les ${f.count(retentionCount)} plus récentes gardées`
      : 'politique désactivée') +
    limitsText(limits) +
    encryptionText(encryption),
  DeploymentRegistered: ({ hosts }) => `enregistré, ${hosts.join(', ')}`,
  DeploymentRecovered: ({ hosts }) =>
    `retrouvé d’après ses sauvegardes, ${hosts.join(', ')} ; il lui faut sa chaîne de connexion`,
  DeploymentUpdated: ({ hosts }) => `modifié, ${hosts.join(', ')}`,
  DeploymentRemoved: () => 'retiré',
  DestinationAdded: ({ name, url }) => `Destination ${name} ajoutée, ${url}`,
  DestinationUpdated: ({ name, url }) => `Destination ${name} modifiée, ${url}`,
  DestinationRemoved: ({ name }) => `Destination ${name} retirée ; ce qui s’y trouve reste`,
  LedgerRecovered: ({ backups, unreadable }) =>
    `${f.plural(backups, { one: `${f.count(backups)} sauvegarde retrouvée`, other: `${f.count(backups)} sauvegardes retrouvées` })} depuis une destination${unreadable > 0 ? ` ; ${f.count(unreadable)} archives illisibles` : ''}`,
  ConfigurationImported: ({ policies }) =>
    `Configuration importée, ${f.plural(policies, { one: `${f.count(policies)} politique`, other: `${f.count(policies)} politiques` })}`,
  EncryptionKeyCreated: ({ kitId }) =>
    kitId ? 'clé de chiffrement reprise d’un kit de secours' : 'clé de chiffrement créée',
  EncryptionDefaultChanged: ({ keyId }) =>
    keyId === null ? 'Chiffrement désactivé' : 'les nouvelles sauvegardes sont chiffrées pour cette clé',
  EncryptionKeyRetired: () => 'clé de chiffrement retirée et détruite',
  EncryptionRecipientAdded: () => 'destinataire ajouté : cette clé ouvre aussi les sauvegardes chiffrées',
  EncryptionRecipientRemoved: () => 'destinataire retiré',
  RecoveryKitIssued: ({ keyIds }) => `Kit de secours émis, avec ${keysText(keyIds.length)}`,
  RecoveryKitConfirmed: ({ keyIds }) => `Kit de secours avec ${keysText(keyIds.length)} confirmé par son code`,
  ApiKeyCreated: ({ role }) => `Clé d’API créée, ${role === 'administrator' ? 'administrateur' : role}`,
  SignedIn: () => 'Connexion avec un code',
  SignInFailed: ({ attempts, source }) =>
    `${f.plural(attempts, { one: `${f.count(attempts)} connexion refusée`, other: `${f.count(attempts)} connexions refusées` })} depuis ${source}`,
};

function documentsText(documents: number): string {
  return f.plural(documents, { one: `${f.count(documents)} document`, other: `${f.count(documents)} documents` });
}

/** Said once it is another choice than that of the server. */
function encryptionText(choice: PolicyEncryption = 'inherit'): string {
  if (choice === 'inherit') return '';
  return choice === 'off' ? ', sans chiffrement' : ', chiffrée pour une clé à elle';
}

function keysText(count: number): string {
  return f.plural(count, { one: `${f.count(count)} clé`, other: `${f.count(count)} clés` });
}

/** Said once they are others than the defaults. */
function limitsText(limits: Parameters<typeof changedLimits>[0]): string {
  const changed = changedLimits(limits);
  if (changed === null) return '';
  const [timeLimit, stallLimit] = changed;
  return `, ${f.duration(timeLimit)} au plus, ${f.duration(stallLimit)} sans un octet`;
}

/** A swap takes milliseconds, or seconds on a busy machine. */
function tookText(ms: number): string {
  return ms < 1_000 ? `${f.count(Math.round(ms))}\u00a0ms` : f.duration(ms);
}
