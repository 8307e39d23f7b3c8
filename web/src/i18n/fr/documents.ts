import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('fr');

export const documents: Dictionary['documents'] = {
  asBson: 'BSON',
  asJsonLines: 'Lignes JSON',
  asOf: (moment) => `telle qu’elle était le ${moment}.`,
  copy: 'Copier en JSON',
  document: 'Document',
  documentFacts: (number, size) => `Document ${number}, ${size} de BSON`,
  downloadArchive: 'Télécharger',
  downloadBson: (name) => `Télécharger ${name} en BSON`,
  downloadJsonLines: (name) => `Télécharger ${name} en lignes JSON`,
  find: 'Chercher par _id, ou par des champs et leurs valeurs',
  findButton: 'Chercher',
  findExample: '_id, ou {"champ": "valeur"}',
  from: (number) => `à partir du ${number}`,
  fromArchive: (ago) => `Sauvegardée ${ago}. Lue dans l’archive, pas dans la base en service.`,
  list: 'Documents',
  looked: ({ found, looked, total, isLooking }) => {
    const place = `${f.count(looked)} documents examinés sur ${f.count(total)}`;
    const some = f.plural(found, { one: `${f.count(found)} trouvé`, other: `${f.count(found)} trouvés` });
    if (isLooking) return `${some} pour l’instant, ${place}…`;
    if (found === 0) return looked < total ? `Rien trouvé pour l’instant, ${place}.` : `Rien trouvé : ${place}.`;
    return `${some}, ${place}.`;
  },
  next: 'Suivants',
  pages: 'Pages de documents',
  previous: 'Précédents',
  range: ({ from, found, total }) => {
    if (total === 0) return 'Elle ne contient pas de documents.';
    return `Documents ${f.count(from + 1)} à ${f.count(from + found)} sur ${f.count(total)}, dans l’ordre de la sauvegarde.`;
  },
  showAll: 'Tout afficher',
  showMore: (count, left) => `Afficher ${count} sur ${left} de plus`,
  stop: 'Arrêter',
};
