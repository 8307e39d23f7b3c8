import type { MissingRight, PlanAction, PlanDrift, PlanWarningCode, RestorePlan } from '@holdfast/shared/restore-plan';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

const kinds: Record<string, string> = {
  collection: 'collection',
  view: 'vue',
  timeseries: 'série temporelle',
};
const kindOf = (name: string) => kinds[name] ?? name;

const sides: Record<PlanDrift['change'], string> = {
  added: 'seulement dans la sauvegarde',
  removed: 'seulement en production',
  changed: 'différent',
};

const things: Record<PlanDrift['what'], string> = {
  index: 'index',
  option: 'option',
  validator: 'validateur',
  view: 'vue',
  type: 'genre',
};

const driftWords: Record<PlanDrift['what'], Record<PlanDrift['change'], (name: string) => string>> = {
  index: {
    added: (name) => `L’index ${name} revient : il n’est que dans la sauvegarde.`,
    removed: (name) => `L’index ${name} disparaît : il n’est qu’en production.`,
    changed: (name) => `L’index ${name} redevient ce qu’il était.`,
  },
  option: {
    added: (name) => `L’option ${name} revient : elle n’est que dans la sauvegarde.`,
    removed: (name) => `L’option ${name} disparaît : elle n’est qu’en production.`,
    changed: (name) => `L’option ${name} redevient ce qu’elle était.`,
  },
  validator: {
    added: () => 'Le validateur revient : il n’y en a pas en ce moment.',
    removed: () => 'Le validateur disparaît : la sauvegarde n’en a pas.',
    changed: () => 'Le validateur redevient ce qu’il était.',
  },
  view: {
    added: (name) => `La vue redevient ce qu’elle était, sur ${name}.`,
    removed: (name) => `La vue redevient ce qu’elle était, sur ${name}.`,
    changed: (name) => `La vue redevient ce qu’elle était, sur ${name}.`,
  },
  type: {
    added: (name) => `Elle devient une ${kindOf(name)}.`,
    removed: (name) => `Elle devient une ${kindOf(name)}.`,
    changed: (name) => `Elle devient une ${kindOf(name)}.`,
  },
};

/** Actions, by where they are missing. */
function rightWords(rights: readonly MissingRight[]): string[] {
  const placeOf = ({ database, collection }: MissingRight) =>
    `${database ?? 'toutes les bases'}${collection === null ? '' : `.${collection}`}`;
  return [...Map.groupBy(rights, placeOf)].map(
    ([place, found]) => `${found.map(({ action }) => action).join(', ')} sur ${place}`,
  );
}

const warningTexts: Record<PlanWarningCode, (plan: RestorePlan) => string> = {
  REPLACES_LIVE_DATA: () => 'Ce qui y a été écrit depuis la sauvegarde n’est plus en production après la bascule.',
  DROPS_COLLECTIONS: () => 'La sauvegarde ne les a pas, et le mode est « à l’identique ».',
  NEWER_DATA_LOST: () =>
    'Des documents en production ne sont pas dans la sauvegarde, et disparaîtront. Comparez les documents pour voir lesquels.',
  NOT_ATOMIC: () =>
    'Celles-ci ne se renomment pas. Elles sont écrites en dernier, après la bascule des autres. Ce qui est écrit dans une série temporelle parmi elles entre la sauvegarde de sécurité et ce moment est perdu, comme ce qui est écrit après la bascule dans une collection qui devient l’une de celles-ci.',
  SWAPPED_IN_GROUPS: () =>
    'En une seule commande, tous attendraient trop longtemps. Aucune écriture confirmée n’est perdue ; pendant un moment, les lecteurs en voient certaines avant la bascule et d’autres après.',
  WRITES_MAY_BE_LOST: () =>
    'Ce que les applications écrivent dans les millisecondes entre deux renommages est perdu. Arrêtez-les, ou donnez à Holdfast le rôle qui bascule tout d’un coup : holdfast doctor affiche la commande.',
  RIGHTS_MISSING: ({ missingRights, emptyTimestamps }) =>
    [
      'L’utilisateur de la chaîne de connexion n’a pas tous les droits qu’il faut. Tant que c’est ainsi, la restauration échoue, et les données en production restent telles quelles.',
      ...(missingRights ? [`Il manque : ${f.list(rightWords(missingRights))}.`] : []),
      ...(emptyTimestamps ? ['Seule une mise à jour rend les documents dont un horodatage est vide (0, 0).'] : []),
      '`holdfast doctor` affiche les droits à donner.',
    ].join(' '),
  CHANGE_STREAMS_END: () => 'Qui écoute leurs modifications doit ouvrir un nouveau flux après la bascule.',
  TYPE_CHANGES: () =>
    'En production et dans la sauvegarde, elles ne sont pas du même genre : collection, vue ou série temporelle.',
  STRUCTURE_DIFFERS: ({ options }) =>
    options.mode === 'merge'
      ? 'Une fusion laisse ceux qui sont en production. Un index peut refuser des documents, un validateur non. Chaque ligne dit lesquels.'
      : 'Index, options ou validateurs redeviennent ce qu’ils étaient. Chaque ligne dit lesquels.',
  VIEW_BASE_MISSING: () => 'Ce qu’elles lisent n’est ni restauré ni en production.',
  LEFT_OUT: () => 'Là où cela va, ce serait le registre de Holdfast ou ce qui est au serveur.',
  NOT_MERGED: () => 'Celles-ci ne se fusionnent pas document par document, et restent telles quelles.',
  TTL_EXPIRES: ({ namespaces, options }) => {
    const expired = namespaces.reduce((sum, row) => sum + (row.expired ?? 0), 0);
    const found =
      expired === 0
        ? 'Ce qui a expiré disparaîtrait'
        : f.plural(expired, {
            one: `${documents(expired)} de la sauvegarde a expiré et disparaîtrait`,
            other: `${documents(expired)} de la sauvegarde ont expiré et disparaîtraient`,
          });
    const what =
      options.mode === 'merge'
        ? 'Une fusion suit les index TTL qui sont en production.'
        : 'Laissez les index TTL de côté pour garder tout.';
    return `${found} dans la minute après la restauration. ${what}`;
  },
  USERS_VANISH: ({ users }) =>
    users?.vanish
      ? `Absents de la sauvegarde : ${f.list(users.notInBackup)}. Qui se connecte avec l’un d’eux ne le pourra plus.`
      : 'Qui se connecte avec l’un d’eux ne le pourra plus.',
  USERS_NOT_IN_BACKUP: () => 'La sauvegarde ne contient ni utilisateurs ni rôles. Ceux qui existent restent.',
  SERVER_VERSION_DIFFERS: ({ versions }) =>
    `La sauvegarde vient de MongoDB ${versions.backupServer} ; le serveur tourne en ${versions.server}.`,
  TOOL_VERSION_DIFFERS: ({ versions }) =>
    versions.tool === null
      ? `La sauvegarde a été faite par mongodump ${versions.backupTool} ; les outils manquent ici.`
      : `La sauvegarde a été faite par mongodump ${versions.backupTool} ; les outils sont ici en ${versions.tool}.`,
  SPACE_SHORT: ({ space }) =>
    `${f.bytes(space.neededBytes)} nécessaires, ${f.bytes(space.freeBytes ?? 0)} libres. La copie risque de ne pas tenir à côté de l’existant.`,
  SPACE_UNKNOWN: ({ space }) =>
    `${f.bytes(space.neededBytes)} sont nécessaires, et le serveur ne dit pas ce qui est libre. Vérifiez-le vous-même.`,
  OPLOG_SHORT: ({ oplog }) =>
    oplog
      ? `La restauration écrit environ ${f.bytes(oplog.growthBytes)} dans un oplog de ${f.bytes(oplog.maxBytes)} : des membres en retard risquent de ne pas suivre.`
      : 'Des membres en retard risquent de ne pas suivre.',
  UNDO_LIMITED: ({ options }) => {
    const isMerge = options.mode === 'merge';
    if (options.undoHours === 0)
      return isMerge
        ? 'Ce qui est inséré n’est pas noté : cette restauration ne pourra pas être défaite.'
        : 'Rien de ce qui est remplacé n’est gardé : cette restauration ne pourra pas être défaite.';
    return isMerge
      ? 'La défaire retire les documents insérés qui sont encore tels qu’ils ont été insérés, et aucun autre.'
      : 'Pour celles-ci, défaire la restauration veut dire réécrire ce que garde une sauvegarde.';
  },
  UNDO_NOT_ALLOWED: () =>
    'L’utilisateur de la chaîne de connexion ne peut ni supprimer ni modifier de documents : cette fusion ne pourra être défaite qu’une fois qu’il le peut. holdfast doctor affiche les droits à donner.',
};

export const restorePlan: Dictionary['restorePlan'] = {
  action: {
    added: 'ajoutée',
    replaced: 'remplacée',
    merged: 'fusionnée',
    dropped: 'supprimée',
    untouched: 'intacte',
  },
  actionCount: (action, count) => f.plural(count, actionPlurals[action]),
  after: 'Après',
  allNamespaces: 'Toutes',
  andMore: (count) => `et ${f.count(count)} de plus`,
  atMost: (count) => `au plus ${f.count(count)}`,
  back: 'Revenir',
  backedUpFirst: (names, more) => `Avant la bascule, une sauvegarde est faite de ${f.list(withMore(names, more))}.`,
  backupServer: 'MongoDB d’alors',
  backupTool: 'mongodump d’alors',
  becomesOf: (drift) => driftWords[drift.what][drift.change](drift.name),
  change: 'Écart',
  chooseCollections: 'Collections à restaurer',
  chosenCount: (count) =>
    count === 0
      ? 'Rien n’est encore choisi.'
      : f.plural(count, { one: `${f.count(count)} nom choisi.`, other: `${f.count(count)} noms choisis.` }),
  compare: 'Comparer les documents',
  compareAgain: 'Comparer de nouveau',
  compareText: 'Les deux côtés sont lus et comparés par _id. Sur une grande collection, cela prend du temps.',
  comparing: 'Comparaison…',
  chooseDeployment: 'Choisissez le déploiement où elle va : le sien est retiré de Holdfast.',
  compared: {
    onlyLive: (count) => `${documents(count)} seulement ici`,
    onlyInBackup: (count) => `${documents(count)} seulement dans la sauvegarde`,
    changed: (count) => `${documents(count)} ${f.plural(count, { one: 'diffère', other: 'diffèrent' })}`,
    same: (count) => `${documents(count)} ${f.plural(count, { one: 'égal', other: 'égaux' })}`,
  },
  comparedText: (kind, isMerge) => comparedTexts[isMerge ? 'merge' : 'replace'][kind as 'same'],
  copyOn: (hosts) => `dans une copie sur ${hosts.join(', ')}`,
  continue: 'Continuer vers la confirmation…',
  deployment: 'Déploiement',
  deploymentOwn: (name) => `${name} (de la sauvegarde)`,
  deploymentRemoved: (name) => `${name}, retiré`,
  drop: (namespace) =>
    `${namespace.target} sera supprimée${namespace.documentsNow === null ? '' : ` : ${documents(namespace.documentsNow)}`}${namespace.bytesNow === null ? '' : `, ${f.bytes(namespace.bytesNow)}`}`,
  dropAck: 'J’ai vu et c’est voulu',
  dropAckMany: (count) => `J’ai vu ces ${f.count(count)} noms et c’est voulu`,
  dropMany: (count, database) => `${f.count(count)} collections de ${database} seront supprimées`,
  dropped: 'Supprimées',
  dropsMany: (count) =>
    `${collections(count)} ${f.plural(count, { one: 'sera supprimée', other: 'seront supprimées' })}`,
  dropWhy: (count, undoHours) => {
    const them = count === 1 ? 'la' : 'les';
    const after =
      undoHours === 0
        ? `Sans délai de retour, rien ne peut ${them} ramener.`
        : `Après la bascule, seul le retour peut ${them} ramener.`;
    return `La sauvegarde ne ${count === 1 ? 'l’a' : 'les a'} pas, et « à l’identique » retire ce que la sauvegarde n’a pas. ${after}`;
  },
  dropsCount: (count) => `Supprime ${collections(count)}`,
  effect: 'Effet',
  expectedTime: 'Durée prévue',
  expectedAbout: (duration) => `Environ ${duration}, d’après les restaurations et tests précédents.`,
  expectedUnknown: 'Inconnue : rien de semblable n’a encore été restauré.',
  expired: 'Ce plan ne vaut plus.',
  expires: (duration) => `Le plan vaut encore ${duration}, ou jusqu’à ce qu’une collection change.`,
  expiredDocuments: (count) =>
    f.plural(count, {
      one: `${documents(count)} a expiré : un index TTL le retire aussitôt.`,
      other: `${documents(count)} ont expiré : un index TTL les retire aussitôt.`,
    }),
  expiredNote: (count) => f.plural(count, { one: `${f.count(count)} expiré`, other: `${f.count(count)} expirés` }),
  facts: {
    from: 'Depuis',
    into: 'Vers',
    swap: 'Comment elle prend sa place',
    oplog: 'Journal (oplog)',
    users: 'Utilisateurs et rôles',
    versions: 'Les versions',
  },
  filterBy: 'Montrer',
  find: 'Trouver une collection',
  foundCount: (count) => `${collections(count)} ${f.plural(count, { one: 'affichée', other: 'affichées' })}`,
  gone: 'supprimée',
  growth: 'Cette restauration écrit',
  inPlaceOn: (hosts) => `en place sur ${hosts.join(', ')}`,
  indexesDiffer: (change, count) =>
    change === 'removed'
      ? f.plural(count, {
          one: '1 index seulement en production',
          other: `${f.count(count)} index seulement en production`,
        })
      : change === 'added'
        ? f.plural(count, {
            one: '1 index seulement dans la sauvegarde',
            other: `${f.count(count)} index seulement dans la sauvegarde`,
          })
        : f.plural(count, { one: '1 index diffère', other: `${f.count(count)} index diffèrent` }),
  driftKept: 'Une fusion les laisse tels qu’en production :',
  driftKeptOf: ({ what, name, change }) =>
    `${[things[what], ...(what === 'validator' ? [] : [kindOf(name)])].join(' ')} : ${sides[change]}`,
  driftNote: {
    validator: 'validateur différent',
    option: 'options différentes',
    view: 'vue différente',
    type: 'd’un autre genre',
  },
  keep: (count) => (count === 1 ? 'La garder' : 'Les garder'),
  lead: 'Rien n’a changé en production.',
  leadText: (clock) => `Ce plan compare la sauvegarde à l’état de ${clock}.`,
  loadingCollections: 'Lecture de ce que contient la sauvegarde…',
  methodNote: { rewrite: 'écrite en dernier', define: 'recréée' },
  mendFirst: 'Corrigez d’abord ce qui est signalé plus haut.',
  mode: 'Mode de restauration',
  modeName: { replace: 'Remplacer', merge: 'Fusionner', exact: 'À l’identique' },
  modeText: {
    replace: 'Les collections de la sauvegarde sont remplacées entièrement. Les autres restent.',
    merge: 'Les documents qui manquent sont insérés. Rien n’est remplacé ; ce qui entre en conflit est signalé.',
    exact:
      'La production contiendra ce que contient la sauvegarde, rien d’autre : ce que la sauvegarde n’a pas est supprimé.',
  },
  more: 'Plus de choix',
  moreRows: (count) => `En montrer ${f.count(count)} de plus`,
  namespace: 'Espace de noms',
  needed: 'Nécessaire pendant',
  free: 'Libre',
  freeUnknown: 'Le serveur ne le dit pas.',
  keptForUndo: 'Gardé pour le retour',
  newPlan: 'Refaire le plan',
  noRow: 'Aucune collection n’est ainsi.',
  note: 'Remarque',
  now: 'Maintenant',
  notThere: 'absente',
  oplogOf: (max, seconds) => `sur ${f.bytes(max)}, qui remontent aujourd’hui à ${f.duration(seconds * 1000)}`,
  planning: 'Comparaison de la sauvegarde avec la production…',
  prefix: 'Préfixe',
  readFirst: 'À lire avant de continuer',
  registerDeployment: 'Enregistrez le déploiement où elle va : le sien est retiré de Holdfast.',
  safety: 'Sauvegarder d’abord tout ce qui est en production',
  safetyText: 'Sinon, seulement ce qu’aucun renommage ne défait, s’il y en a : séries temporelles, vues, utilisateurs.',
  scope: 'Quoi',
  scopeName: { everything: 'Toute la sauvegarde', chosen: 'Des collections choisies' },
  nothingChosen: 'Cochez au moins une base ou une collection.',
  tooManyChosen: 'Un plan contient au plus 1 000 noms. Choisissez des bases entières, ou restaurez en deux fois.',
  searchTree: 'Trouver dans la sauvegarde',
  server: 'MongoDB maintenant',
  space: {
    enough: 'Espace : suffisant',
    short: 'Espace : insuffisant',
    unknown: 'Espace : inconnu',
  },
  step: { plan: 'Le plan', confirm: 'Confirmation', restore: 'Restauration', result: 'Résultat' },
  stepOf: (step) => `Étape ${step} sur 4`,
  steps: 'Étapes',
  suffix: 'Suffixe',
  affixHint: 'Devant et derrière les noms des bases. Laissés vides, Holdfast choisit un suffixe.',
  affixProblem: 'Il compte de 1 à 32 lettres, chiffres, traits d’union ou tirets bas.',
  swapText: {
    'apply-ops': 'Toutes les collections d’un coup, en une commande : personne n’en voit une partie.',
    groups: 'Par groupes de collections, chaque groupe d’un coup. Aucune écriture confirmée n’est perdue.',
    renames:
      'Collection par collection, chacune absente quelques millisecondes. Ce qui est écrit entre-temps est perdu.',
  },
  swapMerge: 'Lot par lot, dans les collections en production. Rien de ce qui y est n’est remplacé.',
  swapNone: 'Dans de nouvelles bases. La production n’est pas touchée.',
  title: (name, moment) => `Restaurer ${name} au ${moment}`,
  toggleCollections: (database) => `Collections de ${database}`,
  tool: 'Outils ici',
  toolMissing: 'introuvables',
  ttl: 'Créer les index TTL',
  ttlText:
    'Ce qui a expiré disparaît dans la minute. Laissés de côté, ils deviennent des index ordinaires et rien n’expire.',
  undoHours: 'Pouvoir revenir pendant (heures)',
  undoHoursHint: 'De 0 à 720. Ce qui est remplacé reste à côté de la production pendant ce temps ; 0 ne garde rien.',
  undoHoursProblem: 'Un nombre entier d’heures de 0 à 720.',
  uponViews: (view) => `Elle lit ${view}.`,
  users: 'Utilisateurs et rôles aussi',
  usersAmong: 'des utilisateurs et rôles',
  usersAdded: (names) => `Reviennent : ${f.list(first(names))}.`,
  usersChanged: (names) => `Redeviennent ce qu’ils étaient : ${f.list(first(names))}.`,
  usersEffect: 'Les utilisateurs et rôles sont restaurés aussi',
  usersStay: (names) => `Absents de la sauvegarde, restent : ${f.list(first(names))}.`,
  usersNotInCopy: 'Seulement en place : les bases d’une copie n’ont pas d’utilisateurs.',
  usersText: 'La sauvegarde en contient. L’utilisateur de Holdfast reste tel quel.',
  usersVanish: (names) => `Ces utilisateurs et rôles disparaissent : ${f.list(names)}.`,
  usersSame: 'Comme dans la sauvegarde.',
  type: { view: 'vue', timeseries: 'série temporelle' },
  warning: {
    REPLACES_LIVE_DATA: 'La production est remplacée.',
    DROPS_COLLECTIONS: 'Des collections sont supprimées.',
    NEWER_DATA_LOST: 'Des données plus récentes seront perdues.',
    NOT_ATOMIC: 'Tout ne bascule pas d’un coup.',
    SWAPPED_IN_GROUPS: 'Les collections basculent par groupes.',
    RIGHTS_MISSING: 'Il manque des droits.',
    WRITES_MAY_BE_LOST: 'Des écritures pendant la bascule peuvent être perdues.',
    CHANGE_STREAMS_END: 'Des flux de modifications s’arrêtent.',
    TYPE_CHANGES: 'Quelque chose change de genre.',
    STRUCTURE_DIFFERS: 'Des index, options ou validateurs diffèrent.',
    VIEW_BASE_MISSING: 'Des vues ne montreront rien.',
    LEFT_OUT: 'Quelque chose est écarté.',
    NOT_MERGED: 'Tout ne peut pas être fusionné.',
    TTL_EXPIRES: 'Des documents expirés disparaîtront.',
    USERS_VANISH: 'Des utilisateurs ou rôles disparaissent.',
    USERS_NOT_IN_BACKUP: 'La sauvegarde n’a pas d’utilisateurs.',
    SERVER_VERSION_DIFFERS: 'La version du serveur diffère.',
    TOOL_VERSION_DIFFERS: 'La version des outils diffère.',
    SPACE_SHORT: 'Trop peu d’espace.',
    SPACE_UNKNOWN: 'L’espace libre n’est pas connu.',
    OPLOG_SHORT: 'L’oplog est court.',
    UNDO_LIMITED: 'Le retour est limité.',
    UNDO_NOT_ALLOWED: 'Le retour n’est pas permis.',
  },
  warningNames: (names, more) => withMore(names, more).join(', '),
  warningText: (code, plan) => warningTexts[code](plan),
  where: 'Où vont les données',
  targetText: {
    copy: 'De nouvelles bases à côté de celles en production. Rien ne change en production.',
    original: 'Prend la place de ce qui est en production. Demande de saisir un nom.',
  },

  confirmTitle: (name) => `Restaurer ${name} ?`,
  confirmDo: (name) => `Restaurer ${name}`,
  confirmMissing: (ticks, phrase) =>
    ticks && phrase
      ? 'Cochez chaque case et saisissez le nom. Entrée seule ne lance rien.'
      : ticks
        ? 'Cochez chaque case.'
        : 'Saisissez le nom. Entrée seule ne lance rien.',
  confirmDiffers: 'Le nom ne correspond pas encore.',
  typePhrase: 'Pour continuer, saisissez',
  replaces: (replaced, added) =>
    `${collections(replaced)} ${f.plural(replaced, { one: 'remplacée', other: 'remplacées' })}${alsoAdded(added)}`,
  merges: (merged, added) => `Les documents manquants sont insérés dans ${collections(merged)}${alsoAdded(added)}`,
  mergesText: 'Rien de ce qui existe n’est remplacé.',
  adds: (added) => `${collections(added)} ${f.plural(added, { one: 'ajoutée', other: 'ajoutées' })}`,
  loses: (name) => `Ce qui y a été écrit sur ${name} depuis la sauvegarde est perdu.`,
  staysUntilProved: 'La production reste telle quelle tant que la copie n’est pas prouvée intacte',
  staysUntilVerified: 'La production reste telle quelle tant que l’archive n’est pas prouvée intacte',
  canBeUndone: (hours, isMerge) => {
    if (isMerge)
      return hours === 0
        ? 'Délai de retour de 0 heure : ce qui est inséré ne peut pas être retiré.'
        : `Ce qui est inséré peut être retiré pendant ${hoursText(hours)}.`;
    return hours === 0
      ? 'Délai de retour de 0 heure : ce qui est remplacé disparaît après la bascule.'
      : `Ce qui est remplacé peut revenir pendant ${hoursText(hours)} après la bascule.`;
  },
  safetyFirst: 'Tout ce qui est en production est d’abord sauvegardé.',
};

const comparedTexts = {
  replace: {
    onlyLive: 'Une restauration en place les retire.',
    onlyInBackup: 'Ils reviennent.',
    changed: 'Ils redeviennent ce qu’ils étaient.',
    same: 'Ils restent ce qu’ils sont.',
  },
  merge: {
    onlyLive: 'Ils restent.',
    onlyInBackup: 'Ils sont insérés.',
    changed: 'Ils restent tels qu’en production.',
    same: 'Ils restent ce qu’ils sont.',
  },
};

const actionPlurals: Record<PlanAction, { one: string; other: string }> = {
  dropped: { one: 'supprimée', other: 'supprimées' },
  replaced: { one: 'remplacée', other: 'remplacées' },
  merged: { one: 'fusionnée', other: 'fusionnées' },
  added: { one: 'ajoutée', other: 'ajoutées' },
  untouched: { one: 'intacte', other: 'intactes' },
};

function alsoAdded(added: number): string {
  return added === 0 ? '' : `, ${f.count(added)} ${f.plural(added, { one: 'ajoutée', other: 'ajoutées' })}`;
}

function first(names: readonly string[]): string[] {
  return withMore(names.slice(0, 6), Math.max(0, names.length - 6));
}

function withMore(names: readonly string[], more: number): string[] {
  return more === 0 ? [...names] : [...names, `${f.count(more)} de plus`];
}

function collections(count: number): string {
  return f.plural(count, { one: `${f.count(count)} collection`, other: `${f.count(count)} collections` });
}

function documents(count: number): string {
  return f.plural(count, { one: `${f.count(count)} document`, other: `${f.count(count)} documents` });
}

function hoursText(hours: number): string {
  return hours <= 72 ? `${f.count(hours)}\u00a0h` : f.duration(hours * 3_600_000);
}
