import type { OperationKind } from '@holdfast/shared/deployment';
import type { OperationPhase } from '@holdfast/shared/operation';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';
import { actor } from './common.ts';

const f = createFormats('fr');

const phases: Record<OperationPhase, string> = {
  waiting: 'En attente d’un serveur',
  connect: 'Connexion',
  dump: 'Lecture des données',
  seal: 'Mise en sûreté de l’archive',
  'safety-backup': 'Sauvegarde de sécurité',
  verify: 'Vérification de l’archive',
  stage: 'Écriture de la copie',
  prove: 'Comparaison de la copie avec la sauvegarde',
  swap: 'Bascule',
  finish: 'Finalisation',
};

const nouns: Record<OperationKind, string> = { backup: 'sauvegarde', restore: 'restauration' };

export const operation: Dictionary['operation'] = {
  after: (duration) => `depuis ${duration}`,
  busy: ({ kind, since, actor: who }) =>
    `Une ${nouns[kind]} est en cours depuis ${f.since(since, Date.now())}, lancée par ${by(who.kind, actor.name(who))}.`,
  busyShort: ({ kind, since, actor: who }) =>
    `${nouns[kind]} depuis ${f.since(since, Date.now())}, par ${by(who.kind, actor.name(who))}`,
  cancelAsk: (kind) => `Annuler la ${nouns[kind]}…`,
  cancelDo: (kind) => `Annuler la ${nouns[kind]}`,
  cancelEffect: (kind) =>
    kind === 'backup'
      ? 'Ce qui a été écrit jusqu’ici est supprimé. Les sauvegardes plus anciennes restent telles quelles.'
      : 'Ce qui a été copié jusqu’ici est supprimé. Une fois la bascule commencée, il est trop tard pour annuler.',
  cancelTitle: (kind, name) => `Annuler la ${nouns[kind]} de ${name} ?`,
  cancelling: 'Annulation ; l’outil est en train de s’arrêter.',
  done: 'Avancement',
  left: (duration) => `encore ${duration} environ`,
  leftOfStep: (duration) => `encore ${duration} environ pour cette étape`,
  measuring: 'En cours',
  moved: ({ bytes, totalBytes, bytesPerSecond, documents }) => {
    const of = totalBytes ? ` sur ${f.bytes(Math.max(bytes, totalBytes))} environ` : '';
    const rate = bytesPerSecond > 0 ? ` à ${f.bytes(bytesPerSecond)}/s` : '';
    const count = f.plural(documents, {
      one: `${f.count(documents)} document`,
      other: `${f.count(documents)} documents`,
    });
    return `${f.bytes(bytes)}${of}${rate}, ${count}`;
  },
  namespace: 'Collection',
  ofAbout: (total) => `sur ${f.count(total)} environ`,
  phase: (phase) => phases[phase],
  running: (kind) => (kind === 'backup' ? 'Sauvegarde en cours' : 'Restauration en cours'),
  stalled: (since, duration) => `Aucun octet depuis ${since}, soit ${duration}`,
  title: (kind, name) => (kind === 'backup' ? `Sauvegarde de ${name}` : `Restauration de ${name}`),
};

function by(kind: string, name: string): string {
  if (kind === 'user') return 'l’administrateur';
  if (kind === 'schedule') return 'la planification';
  return kind === 'api-key' ? `une ${name}` : name;
}
