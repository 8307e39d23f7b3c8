import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const undo: Dictionary['undo'] = {
  action: {
    replaced: 'redevient ce qu’elle était',
    removed: 'disparaît : elle n’existait pas',
    'brought-back': 'revient',
  },
  actionOfMerge: 'ce qui a été inséré disparaît',
  after: 'Après',
  ask: 'Défaire cette restauration…',
  byCollection: 'Par collection',
  collections: {
    removed: (count) =>
      f.plural(count, {
        one: '1 collection disparaît : elle n’existait pas avant',
        other: `${f.count(count)} collections disparaissent : elles n’existaient pas avant`,
      }),
    'brought-back': (count) =>
      f.plural(count, {
        one: '1 collection revient : elle avait été supprimée',
        other: `${f.count(count)} collections reviennent : elles avaient été supprimées`,
      }),
  },
  confirm: 'Défaire la restauration',
  confirmTitle: (name) => `Défaire la restauration de ${name}`,
  effect: 'Ce qui lui arrive',
  everyCollection: (count) => f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` }),
  free: 'Libérer la place',
  freeAsk: 'Libérer la place maintenant…',
  freeEffect: (bytes) =>
    `Ce qui est gardé pour le retour est supprimé pour de bon et libère ${f.bytes(bytes)}. La production reste telle quelle.`,
  freeTitle: 'La restauration ne pourra plus être défaite',
  keptAgain: 'La production actuelle est gardée aussi longtemps',
  keptAgainText: 'Le retour peut lui-même être défait.',
  lead: (bytes, until, isMerge) =>
    isMerge
      ? `Jusqu’au ${until}, ce que la restauration a inséré est noté, ce qui prend ${f.bytes(bytes)}. La défaire retire les documents insérés qui sont encore tels qu’ils ont été insérés, et aucun autre.`
      : `Jusqu’au ${until}, ce que la restauration a remplacé attend à côté de la production et prend ${f.bytes(bytes)}. La défaire perd ce qui a été écrit depuis ; vous voyez combien avant de confirmer.`,
  list: {
    kept: 'peut être défaite',
    undone: 'défaite',
    expired: 'retour clos',
    dropped: 'retour clos',
  },
  mergeGoes: 'Les documents insérés disparaissent',
  mergeGoesText: 'Ceux qui sont encore tels qu’ils ont été insérés. Ce qui a été modifié depuis reste.',
  namespace: 'Collection',
  newPlan: 'Faire un nouveau plan',
  noPlanYet: 'Le plan n’est pas encore prêt.',
  now: 'En production',
  looking: 'Examen de la production et de ce qui est gardé…',
  of: 'Retour d’une restauration antérieure',
  openUndo: 'Voir le retour',
  over: (state) =>
    ({
      kept: '',
      undone: 'Elle a été défaite.',
      expired: 'Elle ne peut plus être défaite. Ce qu’elle avait remplacé est en cours de suppression.',
      dropped: 'Elle ne peut plus être défaite. Ce qu’elle avait remplacé est supprimé.',
    })[state],
  phraseDiffers: 'Le nom ne correspond pas encore.',
  phraseMissing: 'Saisissez le nom pour continuer.',
  planHolds: (relative) => `Rien n’a encore changé. Le plan expire ${relative}.`,
  restoredAt: 'Restauré',
  section: 'Retour',
  starting: 'Démarrage…',
  title: (left) => `Vous pouvez encore la défaire pendant ${left}.`,
  timeLeft: (left, hours) => `${left} restantes sur ${f.count(hours)} h`,
  titleSoon: 'Le délai pour la défaire se termine.',
  typePhrase: 'Pour continuer, saisissez',
  warning: {
    UNDO_LIMITED: 'Celles-ci restent telles quelles : leur sauvegarde de sécurité n’est plus là',
    NOT_ATOMIC: 'Celles-ci viennent en dernier, l’une après l’autre',
    SWAPPED_IN_GROUPS: 'Trop nombreuses pour une seule commande : elles basculent par groupes',
    WRITES_MAY_BE_LOST: 'Des écritures pendant la bascule peuvent être perdues',
    CHANGE_STREAMS_END: 'Les flux de modifications s’arrêtent',
  },
  writes: (count, by) => {
    if (count === null) return 'Tout ce qui a été écrit depuis la restauration est perdu';
    if (count === 0) return 'Rien n’a été écrit depuis la restauration';
    if (by === 'oplog')
      return f.plural(count, {
        one: '1 écriture depuis la restauration est perdue',
        other: `${f.count(count)} écritures depuis la restauration sont perdues`,
      });
    return f.plural(count, {
      one: '1 document modifié depuis la restauration est perdu',
      other: `${f.count(count)} documents modifiés depuis la restauration sont perdus`,
    });
  },
  writesText: (count, by, known) => {
    if (count === null && known === 0) return 'Le nombre d’écritures ne peut pas être déterminé.';
    if (count === null) {
      const what =
        by === 'oplog'
          ? { one: '1 écriture', other: `${f.count(known)} écritures` }
          : { one: '1 document modifié', other: `${f.count(known)} documents modifiés` };
      return `Au moins ${f.plural(known, what)} ; pour certaines collections, le nombre ne peut pas être déterminé.`;
    }
    return by === 'oplog' ? 'Comptées dans l’oplog.' : 'Comparés à la sauvegarde, document par document.';
  },
  writesSince: 'Écritures depuis',
};
