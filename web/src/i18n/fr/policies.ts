import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const policies: Dictionary['policies'] = {
  afterCorrection: 'Elles s’affichent une fois tous les champs corrects.',
  atMost: (bytesPerSecond) => `${f.bytes(bytesPerSecond)}/s au plus`,
  atOnce: (count) =>
    f.plural(count, { one: '1 collection à la fois', other: `${f.count(count)} collections à la fois` }),
  bandwidth: 'Limite de débit (Mo/s)',
  bandwidthHint: 'Vers la destination ; vide pour aucune',
  bandwidthProblem: (min, max) =>
    `La limite de débit va de ${f.count(min)} à ${f.count(max)} mégaoctets par seconde, ou reste vide.`,
  change: 'Modifier la politique…',
  changeOf: (name) => `Modifier la politique… ${name}`,
  changes: (count) =>
    f.plural(count, {
      one: '1 modification non enregistrée',
      other: `${f.count(count)} modifications non enregistrées`,
    }),
  countOn: (on, all) =>
    `${f.count(on)} politique${f.plural(on, { one: '', other: 's' })} sur ${f.count(all)} ${on < 2 ? 'est active' : 'sont actives'}.`,
  dailyAt: 'Chaque jour à',
  discard: 'Tout abandonner',
  enabled: 'Sauvegarder chaque jour',
  form: 'Planification',
  hour: 'Heure',
  hourHint: (min, max) => `Un nombre entier de ${min} à ${max}`,
  hourProblem: (min, max) => `L’heure est un nombre entier de ${min} à ${max}.`,
  impact: 'Charge',
  impactNote: 'Ce qu’une sauvegarde peut prendre à la base et au réseau',
  inWords: (clock, zone, retention) =>
    `chaque jour à ${clock}, ${zone}, ${f.plural(retention, { one: 'la plus récente gardée', other: `les ${f.count(retention)} plus récentes gardées` })}`,
  invalid: (count) => f.plural(count, { one: '1 champ à corriger', other: `${f.count(count)} champs à corriger` }),
  isOff: 'désactivée : aucune sauvegarde automatique',
  keeps: 'Garde',
  lastBackup: 'Dernière sauvegarde',
  limits: 'Limites',
  limitsInWords: (timeLimit, stallLimit) =>
    `${f.duration(timeLimit * 60_000)} au plus, ${f.duration(stallLimit * 60_000)} sans un octet`,
  limitsNote: 'Une sauvegarde ou restauration qui en dépasse une est arrêtée, et il n’en reste rien',
  movedRun: (wanted, real) =>
    `${wanted} n’existe pas cette nuit-là : changement d’heure. L’exécution a lieu à ${real}.`,
  nextRuns: 'Prochaines exécutions',
  noChanges: 'Rien à enregistrer.',
  noRuns: 'Aucune : la politique est désactivée.',
  notVerified: 'vérifiée par le contrôle de fond seulement',
  nowThere: (clock, zone) => `Il y est ${clock} (${zone})`,
  off: 'désactivée',
  on: 'active',
  oneEach: 'Chaque déploiement en a une : une sauvegarde par jour, à une heure d’un fuseau, et combien en garder.',
  openDeployment: (name) => `Ouvrir ${name}`,
  parallel: 'Collections à la fois',
  parallelHint: (min, max) => `Lues en parallèle, de ${min} à ${max} ; moins, c’est plus doux et plus lent`,
  parallelProblem: (min, max) => `Le nombre de collections à la fois est un nombre entier de ${min} à ${max}.`,
  policy: 'Politique',
  policyOf: (name) => `Politique de ${name}`,
  readDefault: 'Selon la chaîne de connexion',
  readFrom: {
    nearest: 'Le membre le plus proche',
    primary: 'Le primaire',
    primaryPreferred: 'Le primaire, sinon un secondaire',
    secondary: 'Un secondaire',
    secondaryPreferred: 'Un secondaire, sinon le primaire',
  },
  readPreference: 'Lire depuis',
  readPreferenceHint: 'Un secondaire épargne le primaire ; « Un secondaire » échoue s’il n’y en a pas',
  readsFrom: (mode) => `lit depuis ${mode}`,
  retention: 'Sauvegardes à garder',
  retentionHint: (min, max) => `Les ${min} à ${max} plus récentes`,
  retentionProblem: (min, max) => `Le nombre de sauvegardes à garder est un nombre entier de ${min} à ${max}.`,
  save: 'Enregistrer la politique',
  saved: 'La politique est enregistrée',
  saving: 'Enregistrement…',
  schedule: 'Planification et rétention',
  showTimezones: 'Afficher les fuseaux horaires',
  stallLimit: 'Limite d’inactivité (minutes)',
  stallLimitHint: (min, max) => `Sans qu’un octet bouge, de ${f.count(min)} à ${f.count(max)} (1 jour)`,
  stallLimitProblem: (min, max) =>
    `La limite d’inactivité est un nombre entier de minutes de ${f.count(min)} à ${f.count(max)} (1 jour).`,
  testEvery: 'Test de restauration',
  testEveryHint: (min, max) => `Une sauvegarde sur tant, de ${min} à ${max} ; vide pour aucun`,
  testEveryProblem: (min, max) => `C’est un nombre entier de ${min} à ${max}, ou vide.`,
  tested: (every) =>
    every === 1
      ? 'restauration de chaque sauvegarde testée'
      : `restauration d’une sauvegarde sur ${f.count(every)} testée`,
  timeLimit: 'Limite de durée (minutes)',
  timeLimitHint: (min, max) => `Du début à la fin, de ${f.count(min)} à ${f.count(max)} (7 jours)`,
  timeLimitProblem: (min, max) =>
    `La limite de durée est un nombre entier de minutes de ${f.count(min)} à ${f.count(max)} (7 jours).`,
  timezone: 'Fuseau horaire',
  users: 'Utilisateurs et rôles',
  usersHint:
    'Empreintes des mots de passe comprises : chiffrez ces sauvegardes. Une restauration ne les ramène que si on le demande',
  usersToo: 'Les sauvegarder aussi',
  verification: 'Vérification',
  verify: 'Relire chaque sauvegarde une fois terminée',
  was: (value) => `avant : ${value}`,
  withUsers: 'avec utilisateurs et rôles',
  willGo: (count) =>
    f.plural(count, { one: '1 sauvegarde sera supprimée', other: `${f.count(count)} sauvegardes seront supprimées` }),
};
