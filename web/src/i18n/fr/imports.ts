import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const imports: Dictionary['imports'] = {
  checked: {
    checksums: 'La somme que mongodump a écrite pour chaque collection concorde.',
    structure:
      'Ses fichiers ne portent pas de somme : la structure de chaque document a été contrôlée, non ce qu’il dit.',
  },
  checkedBy: 'Contrôle',
  collection: 'Collection',
  collectionHint: 'Un fichier .bson contient les documents d’une collection. Nommez-la sous la forme base.collection.',
  done: (name) => `La sauvegarde de ${name} est importée`,
  doneText: (documents, collections, bytes) =>
    `${f.plural(documents, { one: `${f.count(documents)} document`, other: `${f.count(documents)} documents` })} dans ${f.plural(collections, { one: `${f.count(collections)} collection`, other: `${f.count(collections)} collections` })}, ${f.bytes(bytes)} à la destination.`,
  effect:
    'Le dump est contrôlé pendant l’envoi. C’est ensuite une sauvegarde comme les autres : elle peut être vérifiée et restaurée. Elle n’appartient à aucune politique : elle reste jusqu’à ce que quelqu’un la supprime.',
  file: 'Fichier de mongodump',
  fileHint:
    'Un fichier .archive, .archive.gz ou .bson. Un répertoire s’importe en ligne de commande : holdfast import.',
  finishing: 'Tout est envoyé ; l’archive est en cours d’achèvement.',
  from: 'Importée de',
  importAsk: 'Importer une sauvegarde…',
  import: 'Importer la sauvegarde',
  importedAt: 'Importée',
  kind: {
    archive: 'archive de mongodump',
    'archive-gzip': 'archive compressée de mongodump',
    directory: 'répertoire de mongodump',
    bson: 'documents d’une collection',
  },
  leftOut: 'Laissé de côté',
  leftOutText: (names) => `Laissé de côté, comme dans toute sauvegarde : ${names.join(', ')}.`,
  madeBy: (tool, server) =>
    [tool && `mongodump ${tool}`, server && `MongoDB ${server}`].filter(Boolean).join(', ') || 'le dump ne le dit pas',
  madeWith: 'Faite avec',
  sending: (sent, total) => `${f.bytes(sent)} envoyés sur ${f.bytes(total)}`,
  stop: 'Arrêter l’import',
  takenAt: 'Prise',
  takenHint: 'Quand le dump a été pris. Le fichier dit quand il a été écrit pour la dernière fois.',
  title: 'Importer une sauvegarde',
  unknown: 'Non connu',
  withoutMetadata: (count) =>
    `Le dump ne dit pas les options et les index de ${f.plural(count, { one: `${f.count(count)} collection`, other: `${f.count(count)} collections` })}.`,
};
