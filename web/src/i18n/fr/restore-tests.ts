import type { RestoreTestCause, RestoreTestSkipReason, RunningRestoreTest } from '@holdfast/shared/restore-test';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

const causes: Record<RestoreTestCause, string> = {
  'after-backup': 'comme le veut sa politique',
  schedule: 'par planification',
  asked: 'sur demande',
};

const phases: Record<RunningRestoreTest['phase'], string> = {
  starting: 'Un MongoDB à part est démarré',
  restoring: 'Restauré',
  comparing: 'Relu et comparé',
};

const skips: Record<RestoreTestSkipReason, [what: string, hint: string]> = {
  'no-server-of-version': [
    'Aucun MongoDB de la bonne version n’était disponible.',
    'Fournissez un mongod de cette version, ou réservez un déploiement aux tests (Réglages).',
  ],
  'no-space': ['Il y avait trop peu de place.', 'Libérez-en, puis testez de nouveau.'],
  'budget-spent': ['Les minutes du jour étaient épuisées.', 'Donnez-en plus à la planification, ou testez maintenant.'],
  'archive-in-use': ['Son archive était en cours de suppression.', 'Rien n’a été changé.'],
  cancelled: ['Il a été annulé.', 'Il ne dit rien de la sauvegarde.'],
  interrupted: ['Le serveur qui l’exécutait s’est arrêté.', 'Il n’en reste rien ; testez de nouveau.'],
};

export const restoreTests: Dictionary['restoreTests'] = {
  about: (restoreMs) =>
    restoreMs < 1_000 ? 'restaurable en moins d’une seconde' : `restaurable en ${f.duration(restoreMs)} environ`,
  ask: 'Tester la restauration',
  before: (moment, duration) => `${moment}, en ${duration}.`,
  cancel: 'Annuler le test',
  cancelling: 'Annulation…',
  cause: (cause) => causes[cause],
  earlierLead: 'Un test de restauration précédent a échoué :',
  enabled: 'Tester la dernière sauvegarde vérifiée de chaque déploiement',
  everyDays: 'Chacun tous les (jours)',
  expected: 'Reprise attendue',
  expectedHint: 'mesurée : lecture, écriture, construction des index',
  failedAt: (moment) => `échoué ${moment}`,
  failed: 'Échecs',
  failedCount: (count) =>
    f.plural(count, {
      one: '1 sauvegarde n’a pas passé son test de restauration.',
      other: `${f.count(count)} sauvegardes n’ont pas passé leur test de restauration.`,
    }),
  failedLead: 'Le test de restauration a échoué :',
  failedText: 'Ne vous fiez pas à ce qui est cité ici : faites une nouvelle sauvegarde, et testez-la.',
  key: 'Touche T',
  measured: (moment) => `mesurée ${moment}`,
  minutes: 'Minutes par jour',
  minutesHint: (min, max) => `Que tous les tests planifiés peuvent prendre, de ${min} à ${f.count(max)}`,
  minutesProblem: (min, max) => `Les minutes sont un nombre entier de ${min} à ${f.count(max)}.`,
  noDeployment: 'aucun',
  noFailures: 'aucun',
  never: 'Elle n’a jamais été restaurée pour un test. D’ici là, nul ne sait combien de temps il faut pour la ramener.',
  note: 'Des sauvegardes sont restaurées dans un MongoDB à part, comparées document par document, puis jetées',
  notMade: 'N’ont pas pu être testées',
  notMadeLead: 'Le test de restauration n’a pas pu être fait :',
  notMadeText:
    'Rien n’indique que la sauvegarde soit mauvaise : gardez-la. Réparez ce qui a fait obstacle, puis testez de nouveau.',
  notMeasured: 'pas encore mesurée',
  now: 'Test en cours',
  outcome: 'Résultat',
  overdue: 'Sans test depuis longtemps',
  overdueOne: (name, moment) => (moment === null ? `${name} (jamais)` : `${name} (${moment})`),
  passed: 'Réussi',
  passedText: (documents, version) =>
    `${f.plural(documents, { one: `${f.count(documents)} document restauré, comparé et égal`, other: `${f.count(documents)} documents restaurés, comparés et égaux` })}, dans MongoDB ${version}.`,
  phase: (phase, bytes, total) =>
    phase === 'starting' ? phases[phase] : `${phases[phase]} : ${f.bytes(bytes)} sur ${f.bytes(total)} environ`,
  saved: 'La planification des tests de restauration est enregistrée',
  schedule: 'Planification',
  setAside: 'Déploiement réservé',
  setAsideHint: 'Où restaurer quand aucun mongod de la version n’est disponible ; ses propres données restent',
  skipped: (reason) => skips[reason][0],
  skippedHint: (reason) => skips[reason][1],
  spent: 'Utilisé aujourd’hui',
  spentOf: (ms, minutes) => `${f.duration(ms)} sur ${f.duration(minutes * 60_000)}`,
  test: 'Test de restauration',
  tested: 'Restauration testée',
  testedAt: 'Testée',
  testNote: 'Restaurée pour de vrai, comparée, jetée',
  toastFailed: (name) => `Le test de restauration de ${name} a échoué`,
  toastNotMade: (name) => `Le test de restauration de ${name} n’a pas pu être fait`,
  toastPassed: (name) => `La sauvegarde de ${name} peut être restaurée`,
  toastSkipped: (name) => `Le test de restauration de ${name} n’a pas eu lieu`,
  versions: 'Versions disponibles',
  waiting: 'Il attend qu’un serveur soit libre.',
  whole: 'Test entier',
};
