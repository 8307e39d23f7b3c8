import type { Actor } from '@holdfast/shared/actor';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const common: Dictionary['common'] = {
  actions: 'Actions',
  all: 'Tous',
  close: 'Fermer',
  copied: 'Copié',
  copyHash: (short) => `Copier ${short}`,
  goBack: 'Revenir',
  loading: 'Chargement…',
  never: 'jamais',
  none: 'aucune',
  older: 'Afficher les plus anciens',
  show: 'Afficher',
  state: 'État',
};

const names: Record<Actor['kind'], string> = {
  user: 'administrateur',
  'api-key': 'clé d’API',
  schedule: 'planification',
  system: 'Holdfast',
};

export const actor: Dictionary['actor'] = {
  name: (who) => names[who.kind],
};

export const shell: Dictionary['shell'] = {
  activity: 'Activité',
  connecting: 'Connexion…',
  liveAsOf: 'En direct, à jour de',
  main: 'Navigation principale',
  notFound: 'Cette page n’existe pas.',
  overview: 'Vue d’ensemble',
  overviewShort: 'Aperçu',
  policies: 'Politiques',
  restore: 'Restaurer',
  running: (count) => `${f.count(count)} en cours`,
  settings: 'Réglages',
  skip: 'Aller au contenu',
  switchTheme: 'Passer du clair au sombre',
  toOverview: 'Aller à la vue d’ensemble',
  trueAsOf: 'Vrai à la date de',
  whereYouAre: 'Vous êtes ici',
};

export const live: Dictionary['live'] = {
  again: 'De nouveau en direct.',
  goesOn: 'Ce qui est en cours continue sans elle ; la page essaie de se reconnecter.',
  ledgerGoesOn:
    'Holdfast lui-même tourne : les sauvegardes en cours continuent et seront inscrites dès que le registre répondra. Voyez si son mongod tourne et a de la place sur le disque.',
  ledgerLost: (since) => `Le registre ne répond plus depuis ${since}`,
  lost: (since) => `Plus en direct depuis ${since}`,
  missed: (from, to) => {
    if (to < from) return 'Rien n’a été manqué.';
    const count = to - from + 1;
    const range = to === from ? `#${f.count(from)}` : `#${f.count(from)}–${f.count(to)}`;
    return f.plural(count, {
      one: `1 événement manqué est arrivé : ${range}.`,
      other: `${f.count(count)} événements manqués sont arrivés : ${range}.`,
    });
  },
  retry: 'Réessayer maintenant',
  trueAsOf: (position) => `Cette page est vraie à la date de #${f.count(position)}.`,
};

export const signIn: Dictionary['signIn'] = {
  code: 'Code de connexion',
  empty: 'Saisissez ou collez d’abord le code.',
  goodFor: 'Un code sert une seule fois, pendant dix minutes.',
  howTo: 'Obtenez un code sur la machine qui exécute Holdfast, dans son dossier :',
  signIn: 'Se connecter',
  signingIn: 'Connexion…',
  title: 'Se connecter à Holdfast',
  tooMany: (seconds) => `Trop d’essais. Réessayez dans ${f.duration(seconds * 1000)}, avec un nouveau code.`,
  wrong: 'Le code est faux, déjà utilisé ou expiré. Créez-en un autre avec la commande ci-dessous.',
};
