import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

/** Titles of the checks by the stable part of their id; what they find is said by the server, in English. */
const checkTitles: Readonly<Record<string, string>> = {
  processor: 'Processeur',
  'time-zones': 'Fuseaux horaires',
  disk: 'Disque du dossier de données',
  storage: 'Destination des sauvegardes',
  'storage-space': 'Disque des sauvegardes',
  'storage-disk': 'Un disque à part',
  ledger: 'Registre',
  clock: 'Horloge',
  verification: 'Vérification',
  'restore-tests': 'Tests de restauration',
  encryption: 'Chiffrement',
  deployment: 'Déploiement',
  'backup-rights': 'Droits pour sauvegarder',
  'restore-rights': 'Droits pour restaurer',
};

export const settings: Dictionary['settings'] = {
  apply: (count) =>
    f.plural(count, {
      one: `Appliquer ${f.count(count)} modification`,
      other: `Appliquer ${f.count(count)} modifications`,
    }),
  applying: 'Application…',
  atOnce: (count) => f.plural(count, { one: 'une à la fois', other: `jusqu’à ${f.count(count)} à la fois` }),
  browser: 'Ce navigateur',
  browserNote: 'Gardé ici seulement',
  change: {
    'policy-added': 'politique ajoutée',
    'policy-changed': 'politique modifiée',
    'policy-unchanged': 'inchangée',
    'deployment-needs-connection': 'à enregistrer d’abord',
  },
  checkAgain: 'Contrôler de nouveau',
  checkStatus: { ok: 'En ordre.', warning: 'À regarder.', failed: 'Échec.' },
  checkTitle: (id, title) => {
    const [kind = '', name] = id.split(':');
    const words = checkTitles[kind];
    return words ? [words, name].filter(Boolean).join(' ') : title;
  },
  checking: 'Contrôle…',
  configuration: 'Configuration',
  configurationNote: 'Déploiements, destinations et politiques dans un fichier',
  configurationText:
    'Le fichier contient noms, hôtes et politiques, mais ni mots de passe, ni clés, ni archives, ni histoire. Un import modifie les politiques des déploiements enregistrés ; il montre d’abord ce qu’il ferait.',
  deployments: 'Déploiements',
  deploymentsNote: 'Ce que Holdfast sauvegarde',
  destination: 'Lieux des archives',
  destinationNote: 'Comparés avec le registre tous les quarts d’heure',
  discardImport: 'Abandonner l’import',
  doctor: 'Diagnostic',
  doctorNote: 'Ce que le service trouve quand il s’examine',
  encryption: 'Chiffrement',
  encryptionNote: 'Les clés qui ouvrent les sauvegardes, et le kit de secours qui les contient',
  export: 'Exporter',
  import: 'Importer…',
  importFile: 'Fichier de configuration',
  imported: 'La configuration est importée',
  instance: 'Instance',
  lastSeen: 'Vu pour la dernière fois',
  language: 'Langue',
  ledger: {
    embedded: 'intégré : un mongod que Holdfast exécute lui-même',
    external: 'externe : un replica set à vous',
  },
  notJson: 'Le fichier n’est pas du JSON. Rien n’a été changé.',
  preview: 'Ce que l’import changerait',
  previewTitle: (count) =>
    count === 0
      ? 'L’import ne changerait rien'
      : f.plural(count, {
          one: 'L’import ferait 1 modification',
          other: `L’import ferait ${f.count(count)} modifications`,
        }),
  process: (pid) => `processus ${pid}`,
  role: 'Rôle',
  roles: {
    all: 'all : appels et opérations',
    api: 'api : appels et console',
    worker: 'worker : opérations',
  },
  runningSince: 'En marche depuis',
  runs: 'Exécute',
  runsNothing: 'rien',
  server: 'Serveur',
  servers: 'Serveurs',
  serversNote: 'Qui travaille sur ce registre',
  serverStates: { running: 'En marche', draining: 'Se vide', silent: 'Muet' },
  serverZone: 'Fuseau du serveur',
  signOut: 'Se déconnecter',
  system: 'Système',
  theme: 'Apparence',
  thisServer: 'celui qui vous répond',
  restoreTests: 'Tests de restauration',
  letterKeys: 'Touches d’une seule lettre',
  letterKeysOn:
    'R sur la page d’une sauvegarde ou d’un déploiement prépare une restauration, T sur celle d’une sauvegarde la teste',
  verification: 'Vérification',
  themes: { light: 'Clair', dark: 'Sombre', system: 'Système' },
  used: 'Utilisé',
  version: 'Version',
};
