import type { FilterProblemCode } from '@holdfast/shared/filter-problem';

/** What is wrong with a filter, as part of a sentence. */
export const filterProblems: Readonly<Record<FilterProblemCode, (subject: string) => string>> = {
  'too-deep': () => 'il est imbriqué trop profondément',
  'something-follows': () => 'quelque chose suit sa fin',
  'name-expected': () => 'un nom entre guillemets droits doubles doit se trouver ici',
  'colon-expected': () => '« : » doit se trouver ici',
  'separator-expected': () => 'une virgule ou le crochet fermant doit se trouver ici',
  'text-unended': () => 'le texte qui commence ici ne se termine pas, ou contient un caractère qui doit être échappé',
  'ends-early': () => 'il se termine trop tôt',
  'value-expected': () =>
    'une valeur doit se trouver ici : un texte entre guillemets droits doubles, un nombre, true, false, null, {…} ou […]',
  'not-an-object': () => 'ce doit être un objet, comme {"status": "paid"}',
  operator: (key) => `${key} n’est pas pris en charge : un champ se compare seulement à une valeur`,
  'regular-expression': () =>
    'les expressions régulières ne sont pas prises en charge : un champ se compare seulement à une valeur',
  'value-not-understood': (key) => `la valeur de ${key} n’est pas comprise`,
  'same-key-twice': (key) => `un objet y contient deux fois la clé ${key}`,
  'integer-too-large': (digits) => `${digits} ne tient pas sur 64 bits ; écrivez {"$numberDecimal": "${digits}"}`,
  'name-impossible': () => 'un nom y contient un caractère nul',
};
