import type { DiskUnknown } from '@holdfast/shared/destination';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

const unknownDisk: Record<DiskUnknown, string> = {
  'not-permitted': 'son utilisateur ne peut pas demander où se trouvent les données (le rôle clusterMonitor le permet)',
  'not-there': 'son dossier de données n’est pas visible d’ici, comme dans un conteneur',
  unreachable: 'son serveur ne répond pas',
  'in-container': 'depuis un conteneur, les disques de l’hôte ne sont pas visibles',
  'bucket-on-this-machine': 'le bucket est servi par cette machine',
};

export const destinations: Dictionary['destinations'] = {
  accessKeyId: 'Identifiant de la clé d’accès',
  add: 'Ajouter la destination',
  addAsk: 'Ajouter une destination…',
  addTitle: 'Ajouter une destination',
  added: (name) => `La destination ${name} est ajoutée`,
  away: 'Cette destination est inutilisable en ce moment.',
  awayHint:
    'Un nouvel essai a lieu toutes les quelques secondes. D’ici là, les sauvegardes vont à la destination suivante de leur politique.',
  backupsText: (count) =>
    f.plural(count, { one: `${f.count(count)} sauvegarde`, other: `${f.count(count)} sauvegardes` }),
  behindText: (behind, failing) => {
    const more = f.plural(behind, {
      one: `${f.count(behind)} autre reste à copier`,
      other: `${f.count(behind)} autres restent à copier`,
    });
    return failing === 0 ? more : `${more}, dont ${f.count(failing)} en échec jusqu’ici`;
  },
  change: 'Modifier…',
  changeOf: (name) => `Modifier la destination ${name}`,
  changeTitle: (name) => `Modifier la destination ${name}`,
  changed: (name) => `La destination ${name} est modifiée`,
  copies: 'Où elle se trouve',
  copyState: { stored: 'présente', copying: 'en route', missing: 'manquante', failed: 'en échec' },
  failing: (count) =>
    f.plural(count, {
      one: `${f.count(count)} copie n’a pas pu être faite`,
      other: `${f.count(count)} copies n’ont pas pu être faites`,
    }),
  first: 'Écrite d’abord dans',
  firstHint: 'Tant qu’elle est absente, les sauvegardes vont à la suivante parmi celles choisies.',
  follow: 'Copiée dans',
  followHint: 'Les sauvegardes déjà gardées sont copiées aussi.',
  imported: {
    'destination-added': 'destination ajoutée',
    'destination-unchanged': 'inchangée',
    'destination-needs-key': 'à ajouter d’abord : le fichier ne contient pas de clé',
    'destination-away': 'ne peut pas être ajoutée en ce moment',
  },
  keyHint: 'Scellée par le serveur et jamais montrée. Sans elle : celles que possède la machine du serveur.',
  keyKept: 'Celle qui est gardée reste, sauf si vous en saisissez une autre.',
  keyProblem: 'Saisissez les deux parties de la clé, ou aucune.',
  main: 'principale',
  policyNote: 'Une sauvegarde est terminée une fois dans la première ; les copies suivent d’elles-mêmes.',
  reconcileOf: (name) => `Rapprocher maintenant : ${name}`,
  remove: 'Retirer la destination',
  removeAsk: 'Retirer…',
  removeEffect: 'Ce qui s’y trouve y reste, et n’est plus la copie d’aucune sauvegarde. Sa clé d’accès est oubliée.',
  removeOf: (name) => `Retirer la destination ${name}`,
  removeTitle: (name) => `Retirer la destination ${name} ?`,
  saveChange: 'Enregistrer la modification',
  secretAccessKey: 'Clé d’accès secrète',
  test: 'Essayer',
  testing: 'Écriture d’un essai…',
  unknownPlace: 'une destination qui n’est plus connue',
  urlHint:
    'Un dossier s’écrit file:/mnt/sauvegardes, un compartiment s3://compartiment/préfixe. Jamais avec un mot de passe ou une clé.',
  urlProblem: 'Saisissez le lieu.',
  usedBy: 'Utilisée par',
  usedByText: ({ usedBy, isMain }) =>
    usedBy.length > 0
      ? f.list(usedBy)
      : isMain
        ? 'chaque politique qui n’en nomme pas d’autre'
        : 'aucune politique pour l’instant',
  works: 'Un essai a été écrit puis relu.',
  adopt: 'Adopter l’archive',
  adoptAsk: 'Adopter…',
  adoptCopyEffect: (bytes) =>
    `L’archive entière, ${f.bytes(bytes)}, est d’abord lue et contrôlée. Elle compte alors comme copie de sa sauvegarde, que le registre connaît déjà.`,
  adoptEffect: (bytes) =>
    `L’archive entière, ${f.bytes(bytes)}, est d’abord lue et contrôlée. Le registre connaît alors la sauvegarde, qui peut être restaurée. Elle ne relève d’aucune politique : elle reste jusqu’à ce que quelqu’un la supprime.`,
  adoptFor: 'Celui auquel ses données reviennent.',
  adoptOf: (moment) => `Adopter l’archive du ${moment}`,
  adoptTitle: (moment) => `Adopter l’archive du ${moment} ?`,
  adopted: (name) => `La sauvegarde de ${name} est adoptée`,
  adopting: 'Lecture de l’archive…',
  attention: (missing, isUnreachable) =>
    isUnreachable
      ? 'une destination a besoin de vous, voir pourquoi'
      : f.plural(missing, {
          one: `${f.count(missing)} archive manque`,
          other: `${f.count(missing)} archives manquent`,
        }),
  choose: 'Choisissez-en un',
  disksAttention: 'sauvegardes sur le même disque',
  disksHint:
    'Un disque en panne emporte les deux. Gardez une copie sur un autre disque ou dans un bucket, ou ajoutez une destination à la politique.',
  disksShared: (name, sharers) => {
    const what = name === null ? 'La seule copie des sauvegardes' : `La seule copie des sauvegardes de ${name}`;
    const others = sharers.map((sharer) => (sharer === 'ledger' ? 'le registre' : 'la base')).join(' et ');
    return `${what} se trouve sur le même disque que ${others}.`;
  },
  disksUnknown: (name, reason) =>
    `On ignore si les sauvegardes${name === null ? '' : ` de ${name}`} ont leur propre disque : ${unknownDisk[reason]}.`,
  disksUnknownHint: 'Vérifiez vous-même qu’elles se trouvent sur un autre disque que les données et le registre.',
  elsewhere: 'Ailleurs',
  elsewhereText: (count) =>
    f.plural(count, {
      one: `${f.count(count)} sauvegarde se trouve à une autre destination et ne peut pas être restaurée d’ici.`,
      other: `${f.count(count)} sauvegardes se trouvent à une autre destination et ne peuvent pas être restaurées d’ici.`,
    }),
  missing: 'Archives manquantes',
  missingText: 'Le registre a ces sauvegardes, la destination ne les a pas. Elles ne peuvent pas être restaurées.',
  more: (count) => `et ${f.count(count)} de plus`,
  outcome: ({ archives, removedPartials, removedArchives }) => {
    const removed = removedPartials.length + removedArchives.length;
    const found = f.plural(archives, { one: `${f.count(archives)} archive`, other: `${f.count(archives)} archives` });
    return removed === 0
      ? found
      : `${found} ; ${f.plural(removed, { one: `${f.count(removed)} reste inutile retiré`, other: `${f.count(removed)} restes inutiles retirés` })}`;
  },
  nameHint: 'Lettres minuscules, chiffres et tirets.',
  place: 'Lieu',
  reconcile: 'Rapprocher maintenant',
  reconciled: 'Dernier rapprochement',
  reconciling: 'Rapprochement…',
  standing: (status) => (status === null ? 'inconnue' : status === 'missing' ? 'disparue, puis revenue' : 'une copie'),
  stopped: 'La destination n’a pas pu être comparée avec le registre.',
  stoppedHint:
    'D’ici là, rien n’est retiré et rien n’est dit manquant. Voyez si le disque est monté et accessible en écriture.',
  unknown: 'Archives inconnues',
  unknownText:
    'Elles se trouvent à la destination, et le registre ne connaît aucune bonne sauvegarde dont elles relèvent. Rien ne les retire.',
  unreadable: 'illisible',
};
