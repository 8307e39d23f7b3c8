import type { ReadinessState } from '../../deployments/readiness.ts';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const overview: Dictionary['overview'] = {
  allGood: (all) =>
    f.plural(all, {
      one: 'Le déploiement a une bonne sauvegarde.',
      other: `Les ${f.count(all)} déploiements ont une bonne sauvegarde.`,
    }),
  caption: 'Déploiements, ceux qui demandent votre attention d’abord',
  everyOne: 'Chaque déploiement a une bonne sauvegarde à laquelle revenir.',
  free: (bytes) => `${f.bytes(bytes)} libres`,
  last30: '30 derniers jours',
  lastGood: 'Dernière bonne sauvegarde',
  ledger: 'Registre',
  ledgerNote: 'événements en une chaîne',
  needYou: (needing, all) =>
    `${f.count(needing)} déploiement${plural(needing)} sur ${f.count(all)} ${needing < 2 ? 'demande' : 'demandent'} votre attention.`,
  newest: 'Sauvegarde la plus récente',
  nextRun: 'Prochaine exécution',
  nothing: 'Rien n’est encore protégé.',
  ofTotal: (bytes) => `sur ${f.bytes(bytes)}`,
  oneStep: 'Une étape jusqu’à la première sauvegarde.',
  rest: ({ ready, paused, running }) => {
    const parts = [
      ready > 0 ? `${f.count(ready)} ${ready < 2 ? 'est prêt' : 'sont prêts'}` : '',
      running > 0 ? `${f.count(running)} en cours` : '',
      paused > 0 ? `${f.count(paused)} en pause` : '',
    ].filter(Boolean);
    return parts.length > 0 ? `${parts.join(', ')}.` : '';
  },
  storage: 'Place pour les archives',
  storageUnknown: 'sans limite',
  theLine:
    'La ligne à gauche est le registre. Il contient tout ce qui se passe ici, dans l’ordre, et ne peut être réécrit sans que cela se voie.',
  whatHappened: 'Ce qui s’est passé',
  without: (names) => `Rien à quoi revenir pour l’instant : ${f.list(names)}.`,
};

const states: Record<ReadinessState, [word: string, note: string, verdict: string]> = {
  failed: ['Échec', 'de la dernière exécution', 'demande votre attention : la dernière exécution a échoué.'],
  unreliable: [
    'Non fiable',
    'la dernière sauvegarde',
    'demande votre attention : sa dernière sauvegarde manque, est endommagée ou n’a pas passé son test de restauration.',
  ],
  empty: ['Pas encore de sauvegarde', 'rien à quoi revenir', 'n’a pas encore de sauvegarde.'],
  late: ['En retard', 'plus d’un jour', 'est en retard : sa dernière bonne sauvegarde a plus d’un jour.'],
  tested: [
    'Restauration testée',
    'restaurée et comparée',
    'est prêt : la restauration de sa dernière sauvegarde est testée.',
  ],
  verified: ['Vérifiée', 'relue et comparée', 'est prêt : sa dernière sauvegarde est vérifiée.'],
  written: ['Sauvegardé', 'écrite entière, non vérifiée', 'est prêt : sa dernière sauvegarde est écrite entière.'],
  paused: ['En pause', 'aucune exécution prévue', 'n’est pas sauvegardé automatiquement.'],
};

export const deployments: Dictionary['deployments'] = {
  allDatabases: 'toutes les bases',
  answers: 'Il répond.',
  change: 'Modifier…',
  changeOf: (name) => `Modifier… ${name}`,
  changeTitle: (name) => `Modifier ${name}`,
  changed: (name) => `${name} est modifié`,
  connect: 'Connecter un déploiement MongoDB',
  connectText:
    'Un serveur, un replica set ou un cluster fragmenté. Sa chaîne de connexion est scellée et n’est plus jamais affichée ; sa politique commence chaque jour à 02:00 UTC et garde les 7 plus récentes.',
  deployment: 'Déploiement',
  goBackTo: 'Vous pouvez revenir au',
  hosts: 'Hôtes',
  idle: 'au repos',
  connectAsk: 'Lui donner sa chaîne de connexion…',
  needsConnection: 'sans chaîne de connexion',
  notConnected: 'Il a été retrouvé d’après ses sauvegardes et n’a pas encore de chaîne de connexion.',
  notConnectedText:
    'Avec elle, il peut de nouveau être sauvegardé et restauré ; d’ici là, ses sauvegardes peuvent être consultées et vérifiées.',
  name: 'Nom',
  nameHint: 'Minuscules, chiffres et traits d’union. Il figure dans le nom des archives.',
  nameProblem:
    'Un nom compte de 1 à 63 minuscules, chiffres ou traits d’union, et commence et finit par une lettre ou un chiffre.',
  nothingToGoBackTo: 'Il n’y a encore rien à quoi revenir.',
  off: 'désactivée',
  oneDatabase: (name) => `base ${name}`,
  register: 'Enregistrer',
  registerAsk: 'Enregistrer un déploiement…',
  registerTitle: 'Enregistrer un déploiement',
  registered: (name) => `${name} est enregistré`,
  remove: 'Retirer le déploiement',
  removeAsk: 'Retirer…',
  removeEffect:
    'Sa politique prend fin et plus aucune sauvegarde n’est faite. Ses archives restent où elles sont, et le registre garde son histoire.',
  removeOf: (name) => `Retirer… ${name}`,
  removeTitle: (name) => `Retirer ${name} ?`,
  saveChange: 'Enregistrer la modification',
  scope: 'Périmètre',
  state: (state) => states[state][0],
  stateNote: (state) => states[state][1],
  stripText: ({ good, tested, failed }) =>
    `30 derniers jours : ${f.count(good)} jour${plural(good)} avec une bonne sauvegarde, ${f.count(tested)} avec restauration testée, ${f.count(failed)} échec${plural(failed)}`,
  test: 'Tester la connexion',
  testing: 'Test en cours…',
  unknown: (name) => `Il n’y a pas de déploiement ${name}.`,
  uri: 'Chaîne de connexion',
  uriHint:
    'Avec une base dans son chemin, seule cette base est sauvegardée. Les caractères réservés sont encodés en %.',
  uriKept: 'Scellée. Laissez vide pour garder l’actuelle.',
  uriProblem: 'Collez la chaîne de connexion.',
  verdict: (state) => states[state][2],
  verdictBusy: (kind) => (kind === 'backup' ? 'est en cours de sauvegarde.' : 'est en cours de restauration.'),
};

function plural(count: number): string {
  return f.plural(count, { one: '', other: 's' });
}
