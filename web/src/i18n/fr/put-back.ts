import type { Dictionary } from '../dictionary.ts';

export const putBack: Dictionary['putBack'] = {
  asOf: 'État du',
  ask: 'Remettre…',
  differences: 'Ce qui diffère',
  effect: {
    insert: 'Aucun document en production n’a cet _id : il est inséré.',
    replace: 'Le document en production diffère : il est remplacé.',
    same: 'Le document en production est le même. Il n’y a rien à écrire.',
  },
  inBackup: 'Dans la sauvegarde :',
  insert: 'Insérer le document',
  keptNowhere: 'Ce qui est remplacé n’est gardé nulle part ailleurs.',
  liveNow: 'En production :',
  mayBeReplaced: 'Enregistrez d’abord le document en production, qui est peut-être remplacé.',
  notRecorded: 'Le journal dit seulement que la remise a commencé : notez vous-même que le document a été remis.',
  orderOnly: 'Les valeurs sont les mêmes ; seul l’ordre des champs diffère.',
  outcome: {
    inserted: 'Le document est inséré.',
    replaced: 'Le document en production est remplacé.',
    same: 'Le document en production est désormais le même. Rien n’a été écrit.',
    changed:
      'Le document en production a été modifié entre-temps. Rien n’a été écrit ; fermez ceci et regardez de nouveau.',
    refused:
      'Le serveur ne l’a pas pris, par exemple parce qu’un index unique contient déjà une de ses valeurs. Rien n’a été écrit.',
    'too-large':
      'Le document et celui en production dépassent ensemble ce que le serveur prend en une fois. Rien n’a été écrit ; restaurez plutôt la collection.',
    failed:
      'L’écriture s’est interrompue : le document est peut-être écrit, peut-être pas. Fermez ceci et regardez de nouveau.',
    'not-tried': 'Rien n’a été écrit.',
  },
  replace: 'Remplacer le document en production',
  saveLive: 'L’enregistrer en JSON',
  title: (namespace) => `Remettre le document dans ${namespace} ?`,
};
