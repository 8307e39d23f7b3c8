import type { RestorePhase, RestoreStatus } from '@holdfast/shared/restore';
import type { Truth } from '../../restores/truth.ts';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';
import { actor } from './common.ts';

const f = createFormats('fr');

const steps: Record<RestorePhase, string> = {
  verify: 'Vérifier l’archive',
  'safety-backup': 'Sauvegarde de sécurité',
  stage: 'Écrire la copie',
  prove: 'Prouver la copie',
  swap: 'Basculer',
  finish: 'Achever',
};

const stepTexts: Record<RestorePhase, string> = {
  verify: 'Ce que l’archive dit d’elle-même est comparé au registre. Ses documents sont vérifiés à la lecture.',
  'safety-backup': 'Ce qu’aucun renommage ne défait va dans une sauvegarde à part, s’il y en a.',
  stage: 'Les collections sont écrites à côté de celles en production, sous leurs propres noms.',
  prove: 'Nombres, contenus, index et options sont relus et comparés avec la sauvegarde.',
  swap: 'La copie prouvée prend la place des collections en production ; celles-ci sont gardées pour le retour.',
  finish: 'Ce qui ne se renomme pas est écrit, et les index TTL sont créés.',
};

const truthTexts: Record<Truth, (databases: readonly string[]) => string> = {
  copying: () => 'La copie se construit à côté. Vos applications lisent et écrivent comme toujours.',
  staging: () =>
    'La copie se construit à côté. Jusqu’à la bascule, vos applications lisent et écrivent comme toujours.',
  swapping: () => 'La copie prouvée prend la place des collections en production. Il n’est plus possible d’annuler.',
  finishing: () => 'Ce qui ne se renomme pas est écrit en dernier. Si le serveur s’arrêtait, il reprendrait ici.',
  copied: (databases) => `La copie est dans ${f.list(databases)}, comparée avec la sauvegarde et égale.`,
  replaced: (databases) => `${f.list(databases)} : comparé avec la sauvegarde et égal.`,
  merged: (databases) => `Ce qui manquait dans ${f.list(databases)} est revenu. Rien de ce qui existait n’a changé.`,
  back: () => 'Ce que la restauration avait changé est comme avant.',
  'taken-back': () => 'Ce que cette restauration avait changé est comme avant.',
  unchanged: () => 'Rien n’y a été changé, et ce qui avait été copié est supprimé.',
  'kept-replaced': () => 'Les collections contiennent ce que contenait la sauvegarde.',
  partly: () =>
    'Une partie correspond à la sauvegarde, une autre non. La raison en dit plus : regardez avant de continuer.',
};

export const restoreRun: Dictionary['restoreRun'] = {
  backUp: 'Sauvegardez ce qui est maintenant en production.',
  backUpText: 'La dernière sauvegarde date d’avant cette restauration.',
  changeStreams: 'Rouvrez les flux de modifications.',
  changeStreamsText: 'Ceux des collections basculées se sont arrêtés.',
  colliding: 'Laissés tels quels',
  collidingNote: 'un autre document est là',
  collections: 'Nombre de collections',
  confirmedBy: (who, moment) =>
    `Confirmée par ${actor.name(who)}, ${moment}. Vous pouvez quitter cette page ; la restauration continue.`,
  doneFacts: (who, ended, after) => `Achevée à ${ended}, ${after} après la confirmation par ${actor.name(who)}.`,
  endedFacts: (who, moment) => `Confirmée par ${actor.name(who)}, ${moment}.`,
  equal: 'comparés, égaux',
  identical: 'Déjà là',
  inserted: 'Insérés',
  lookAtColliding: 'Voyez ce qui entre en conflit.',
  lookAtCollidingText: 'Refaites un plan et comparez les documents, ou remettez-en un par un.',
  lookAtIt: 'Regardez ce qui est en production.',
  lookAtItText: 'La bascule est entière ; ce qui a échoué est venu après. La raison ci-dessus dit quoi.',
  groups: (count) => `en ${f.count(count)} groupes, chacun d’un coup`,
  method: { 'apply-ops': 'd’un seul coup', renames: 'l’une après l’autre' },
  next: 'Ensuite',
  openSafety: 'Ouvrir la sauvegarde de sécurité',
  safetyKept: 'Retrouvez des documents de ce qui était en production.',
  safetyKeptText: 'La sauvegarde de sécurité contient ce qu’aucun renommage ne pouvait défaire.',
  step: (phase, restore) => {
    if (phase === 'swap' && restore.undoOf) return 'Basculer en arrière';
    if (phase === 'swap' && restore.options.mode === 'merge') return 'Insérer ce qui manque';
    return steps[phase];
  },
  stepState: { done: 'fait', running: 'en cours', failed: 'échoué', cancelled: 'annulé', todo: 'à venir' },
  steps: 'Étapes de la restauration',
  stepText: (phase, restore) => {
    if (phase === 'swap' && restore.undoOf)
      return 'Ce qui était gardé reprend sa place ; ce qu’il remplace est gardé à son tour.';
    if (phase === 'swap' && restore.options.mode === 'merge')
      return 'Les documents dont l’_id manque sont insérés ; les autres restent tels quels.';
    if (phase === 'stage' && restore.target.kind === 'copy')
      return 'Les collections sont écrites dans de nouvelles bases.';
    return stepTexts[phase];
  },
  otherBackup: 'Choisir une autre sauvegarde…',
  otherBackupNext: 'Restaurez une autre sauvegarde.',
  stopWriting: 'Que rien n’y écrive.',
  stopWritingText: (canBeUndone) =>
    `Les applications liraient un mélange d’ancien et de nouveau. ${canBeUndone ? 'Défaites la restauration, refaites-la en place, ou restaurez dans une copie' : 'Restaurez de nouveau en place, ou dans une copie'} et comparez.`,
  swap: 'Bascule',
  takenBack: (name) => `La restauration de ${name} a été défaite.`,
  title: ({ status, deploymentName: name, undoOf, target, options }) => {
    if (undoOf !== null) return undoVerdicts[status](name);
    if (status !== 'completed') return verdicts[status](name);
    if (target.kind === 'copy') return `La copie sur ${name} est prête.`;
    if (options.mode === 'merge') return `${name} a ce qui lui manquait.`;
    return options.namespaces ? `Ce qui a été choisi de ${name} est de retour.` : verdicts.completed(name);
  },
  truth: {
    copying: 'La production est inchangée.',
    staging: 'La production est inchangée.',
    swapping: 'La bascule est en cours.',
    finishing: 'La bascule est faite ; le reste s’écrit.',
    copied: 'La production est inchangée.',
    replaced: 'La production est remplacée par la sauvegarde.',
    merged: 'La production a ce qui lui manquait.',
    back: 'La production est ce qu’elle était avant.',
    'taken-back': 'La production est ce qu’elle était avant.',
    unchanged: 'La production est inchangée.',
    'kept-replaced': 'La production est remplacée par la sauvegarde.',
    partly: 'La production est remplacée en partie.',
  },
  truthText: (truth, databases) => truthTexts[truth](databases),
  tryAgain: (isCancelled) =>
    isCancelled ? 'Refaites un plan quand vous le voudrez.' : 'Recommencez une fois la raison écartée.',
  tryAgainText: 'Rien n’est à nettoyer. Un nouveau plan part de ce qui sera alors en production.',
  useCopy: 'Prenez dans la copie ce qu’il vous faut.',
  useCopyText: (databases) => `Quand vous n’en avez plus besoin, supprimez ${f.list(databases)}.`,
  wholeTime: 'En tout',
};

const verdicts: Record<RestoreStatus, (name: string) => string> = {
  requested: (name) => `Restauration de ${name}.`,
  running: (name) => `Restauration de ${name}.`,
  completed: (name) => `${name} est de retour.`,
  failed: (name) => `La restauration de ${name} a échoué.`,
  cancelled: (name) => `La restauration de ${name} a été annulée.`,
};

const undoVerdicts: Record<RestoreStatus, (name: string) => string> = {
  requested: (name) => `Retour d’une restauration de ${name}.`,
  running: (name) => `Retour d’une restauration de ${name}.`,
  completed: (name) => `Une restauration de ${name} a été défaite.`,
  failed: (name) => `Le retour sur ${name} a échoué.`,
  cancelled: (name) => `Le retour sur ${name} a été annulé.`,
};
