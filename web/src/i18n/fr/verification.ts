import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const verification: Dictionary['verification'] = {
  damaged: (count) =>
    f.plural(count, {
      one: '1 sauvegarde n’a pas passé sa vérification.',
      other: `${f.count(count)} sauvegardes n’ont pas passé leur vérification.`,
    }),
  damagedText: 'Ne vous fiez pas à ce qui est cité ici : faites une nouvelle sauvegarde, et contrôlez le disque.',
  due: 'En attente du contrôle de fond',
  dueText: (count, bytes) =>
    count === 0
      ? 'aucune'
      : `${f.plural(count, { one: '1 archive', other: `${f.count(count)} archives` })}, ${f.bytes(bytes)}`,
  enabled: 'Relire toutes les archives à tour de rôle',
  everyDays: 'Chaque archive tous les (jours)',
  everyDaysHint: (min, max) => `De ${min} à ${max}`,
  everyDaysProblem: (min, max) => `Le nombre de jours est un nombre entier de ${min} à ${max}.`,
  failed: 'Endommagées',
  lastScrub: 'Dernier contrôle de fond',
  neverRead: (count) =>
    f.plural(count, {
      one: '1 archive n’a jamais été relue',
      other: `${f.count(count)} archives n’ont jamais été relues`,
    }),
  note: 'Les archives sont relues là où elles sont gardées, octet par octet et document par document',
  now: 'En cours de lecture',
  oldest: 'Le plus longtemps sans lecture',
  rate: 'Lire au plus (Mo/s)',
  rateHint: 'Vide pour aucune limite',
  rateProblem: (min, max) => `La limite va de ${f.count(min)} à ${f.count(max)} mégaoctets par seconde, ou reste vide.`,
  save: 'Enregistrer',
  saved: 'Le contrôle de fond est enregistré',
  scrub: 'Contrôle de fond',
  verified: 'Vérifiées',
  verifiedOf: (verified, completed) =>
    `${f.count(verified)} ${f.plural(verified, { one: 'sauvegarde', other: 'sauvegardes' })} sur ${f.count(completed)}`,
};
