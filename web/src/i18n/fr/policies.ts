import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const policies: Dictionary['policies'] = {
  afterCorrection: 'Elles s’affichent une fois tous les champs corrects.',
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
  nowThere: (clock, zone) => `Il y est ${clock} (${zone})`,
  off: 'désactivée',
  on: 'active',
  oneEach: 'Chaque déploiement en a une : une sauvegarde par jour, à une heure d’un fuseau, et combien en garder.',
  openDeployment: (name) => `Ouvrir ${name}`,
  policy: 'Politique',
  policyOf: (name) => `Politique de ${name}`,
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
  timeLimit: 'Limite de durée (minutes)',
  timeLimitHint: (min, max) => `Du début à la fin, de ${f.count(min)} à ${f.count(max)} (7 jours)`,
  timeLimitProblem: (min, max) =>
    `La limite de durée est un nombre entier de minutes de ${f.count(min)} à ${f.count(max)} (7 jours).`,
  timezone: 'Fuseau horaire',
  was: (value) => `avant : ${value}`,
  willGo: (count) =>
    f.plural(count, { one: '1 sauvegarde sera supprimée', other: `${f.count(count)} sauvegardes seront supprimées` }),
};
