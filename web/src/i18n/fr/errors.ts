import type { ArchiveUse } from '@holdfast/shared/backup';
import type { OperationKind } from '@holdfast/shared/deployment';
import type { AppErrorData, ErrorCode } from '@holdfast/shared/errors';
import type { Failure, FailureReason } from '@holdfast/shared/failures';
import type { Dictionary } from '../dictionary.ts';
import { createFormats } from '../formats.ts';
import { type RefusalMessages, sayRefusal } from '../words.ts';
import { actor } from './common.ts';
import { filterProblems } from './filter-problems.ts';

const f = createFormats('fr');

const nouns: Record<OperationKind, string> = { backup: 'sauvegarde', restore: 'restauration' };

const archiveUses: Record<ArchiveUse, string> = {
  verify: 'on la vérifie',
  restore: 'une restauration la lit',
  'restore-test': 'un essai de restauration la lit',
  copy: 'on la copie',
  download: 'on la télécharge',
  delete: 'on la supprime',
};

const putBackProblems = {
  excluded: 'le registre ou le serveur y garde ses propres données',
  view: 'c’est une vue',
  timeseries: 'c’est une série temporelle, dont les documents sont groupés',
  'not-there': 'la base en production n’a pas cette collection',
} as const;

const undoProblems = {
  'nothing-replaced': 'elle n’a rien remplacé',
  undone: 'elle l’a déjà été',
  dropped: 'ce qu’elle a remplacé n’est plus gardé',
  'not-completed': 'elle ne s’est pas bien terminée',
  'newer-restore': 'une restauration plus récente a remplacé les mêmes collections ; défaites d’abord celle-là',
  'not-allowed':
    'l’utilisateur de la chaîne de connexion ne peut ni supprimer ni modifier de documents, ce que demande le retour d’une fusion ; `holdfast doctor` affiche les droits à donner',
} as const;

const restoreOptionsProblems = {
  'copy-mode': 'Une copie va dans des bases qui n’existent pas encore : il n’y a rien à fusionner et rien à supprimer.',
  'exact-of-collections':
    'Le mode « à l’identique » vaut pour des bases entières : il supprime d’une base ce que la sauvegarde n’a pas.',
  'exact-of-part': 'La sauvegarde a été faite de collections isolées : nul ne peut dire ce qu’elle n’a pas.',
  'view-collation':
    'Des vues qui restent en lisent une qui recevrait une autre collation, ce que le serveur n’accepte pas. Supprimez d’abord celles-ci, ou laissez l’autre de côté :',
} as const;

const messages: RefusalMessages = {
  OPERATION_IN_PROGRESS: ({ deploymentName, holder }) =>
    `Une ${nouns[holder.kind]} est déjà en cours sur ${deploymentName} depuis ${f.since(holder.since, Date.now())}, lancée par ${actor.name(holder.actor)}.`,
  DEPLOYMENT_NOT_FOUND: ({ id }) => `Il n’y a pas de déploiement ${id}.`,
  DEPLOYMENT_NOT_CONNECTED: ({ name }) =>
    `${name} a été retrouvé d’après ses sauvegardes et n’a pas encore de chaîne de connexion.`,
  DEPLOYMENT_EXISTS: ({ name, existing }) => `${name} est déjà enregistré sous le nom ${existing}.`,
  DESTINATION_NOT_FOUND: ({ id }) => `Il n’y a pas de destination ${id}.`,
  DESTINATION_EXISTS: ({ name, existing }) => `${name} est déjà connue comme la destination ${existing}.`,
  DESTINATION_INVALID: ({ problem }) => `La destination est inutilisable : ${problem}`,
  DESTINATION_UNREACHABLE: ({ url, message }) => `${url} : ${message}`,
  DESTINATION_IN_USE: ({ name, deployments, onlyCopies }) =>
    [
      deployments.length > 0 ? `Les politiques de ${f.list(deployments)} écrivent dans ${name}.` : '',
      onlyCopies > 0
        ? f.plural(onlyCopies, {
            one: `${f.count(onlyCopies)} sauvegarde ne se trouve que dans ${name}.`,
            other: `${f.count(onlyCopies)} sauvegardes ne se trouvent que dans ${name}.`,
          })
        : '',
    ]
      .join(' ')
      .trim(),
  DEPLOYMENT_UNREACHABLE: ({ hosts, message }) => `${hosts.join(', ')} : ${message}`,
  INVALID_URI: ({ problem }) => `La chaîne de connexion est inutilisable : ${problem}`,
  POLICY_NOT_FOUND: ({ id }) => `Il n’y a pas de politique ${id}.`,
  BACKUP_NOT_FOUND: ({ id }) => `Il n’y a pas de sauvegarde ${id}.`,
  BACKUP_NOT_RESTORABLE: () => 'Seule une sauvegarde terminée peut être utilisée.',
  ARCHIVE_UNREADABLE: ({ key, problem }) => `L’archive ${key} est illisible : ${problem}`,
  ARCHIVE_NOT_FOUND: ({ key }) => `Il n’y a pas d’archive ${key} à la destination.`,
  ARCHIVE_IN_USE: ({ by, since }) =>
    `L’archive est utilisée depuis ${f.since(since, Date.now())} : ${archiveUses[by]}.`,
  COLLECTION_NOT_FOUND: ({ namespace }) =>
    `La sauvegarde ne contient pas de ${namespace.includes('.') ? 'collection' : 'base'} ${namespace}.`,
  DOCUMENT_NOT_FOUND: ({ namespace, position }) =>
    `${namespace} n’a pas de document numéro ${position} dans la sauvegarde.`,
  PUT_BACK_IMPOSSIBLE: ({ namespace, why }) =>
    `Des documents isolés ne peuvent pas être remis dans ${namespace} : ${putBackProblems[why]}.`,
  PUT_BACK_TOO_LARGE: ({ maxBytes }) =>
    `Les documents et ceux en production à côté d’eux dépassent les ${f.bytes(maxBytes)} que l’on remet en une fois.`,
  FILTER_INVALID: ({ problem, at, subject }) =>
    `Le filtre ne peut pas être utilisé : ${filterProblems[problem](subject ?? '')}${at === null ? '' : `, au caractère ${f.count(at)}`}.`,
  NOT_ALLOWED: () => 'Vous n’y êtes pas autorisé.',
  BACKUP_EXISTS: () => 'Le registre connaît déjà cette sauvegarde.',
  DEPLOYMENT_UNKNOWN: ({ deploymentName, hosts }) =>
    `L’archive est de ${deploymentName} (${hosts.join(', ')}), qui n’est pas enregistré ici.`,
  ENCRYPTION_KEY_NOT_FOUND: ({ id }) => `Il n’y a pas de clé de chiffrement ${id}.`,
  ENCRYPTION_KEY_EXISTS: ({ name, existing }) =>
    `La clé ${name} ne peut pas être ajoutée : ${existing} porte ce nom ou cette clé publique.`,
  ENCRYPTION_KEY_INVALID: ({ problem }) => `La clé est inutilisable : ${problem}`,
  ENCRYPTION_KEY_RETIRED: ({ name }) => `La clé ${name} est retirée.`,
  ENCRYPTION_KEY_IN_USE: ({ name, isDefault, policies, backups }) =>
    `On a encore besoin de la clé ${name} : ${f.list([
      ...(isDefault ? ['les nouvelles sauvegardes sont chiffrées pour elle'] : []),
      ...(policies > 0
        ? [
            f.plural(policies, {
              one: `${f.count(policies)} politique la nomme`,
              other: `${f.count(policies)} politiques la nomment`,
            }),
          ]
        : []),
      ...(backups > 0
        ? [
            f.plural(backups, {
              one: `${f.count(backups)} sauvegarde ne s’ouvre pas sans elle`,
              other: `${f.count(backups)} sauvegardes ne s’ouvrent pas sans elle`,
            }),
          ]
        : []),
    ])}.`,
  ENCRYPTION_KEY_MISSING: () => 'Il n’y a pas encore de clé de chiffrement.',
  RECOVERY_KIT_REQUIRED: ({ keys }) => `Aucun kit de secours confirmé ne contient ${f.list(keys)}.`,
  RECOVERY_KIT_NOT_FOUND: () => 'Ce kit de secours n’existe pas, ou un plus récent l’a remplacé.',
  RECOVERY_KIT_CODE_WRONG: () => 'Ce n’est pas le code du dernier kit de secours.',
  IMPORT_NAMESPACE_MISSING: ({ fileName }) =>
    `${fileName} contient les documents d’une seule collection, sans dire laquelle.`,
  IMPORT_TOO_LARGE: ({ maxBytes }) => `Le dump dépasse les ${f.bytes(maxBytes)} qui peuvent être importés.`,
  TOO_MANY_DOWNLOADS: ({ most }) => `Ce serveur transmet déjà ${f.count(most)} collections.`,
  TOO_MANY_IMPORTS: ({ most }) => `Ce serveur importe déjà ${f.count(most)} dumps.`,
  RESTORE_NOT_FOUND: ({ id }) => `Il n’y a pas de restauration ${id}.`,
  RESTORE_TEST_IN_PROGRESS: ({ since }) =>
    `La restauration de cette sauvegarde est testée depuis ${f.since(since, Date.now())}.`,
  RESTORE_TEST_NOT_RUNNING: () => 'Aucun test de restauration de cette sauvegarde n’est demandé ni en cours.',
  OPERATION_NOT_FOUND: ({ id }) => `Il n’y a pas d’opération ${id}.`,
  OPERATION_ENDED: ({ kind }) => `La ${nouns[kind]} est déjà terminée.`,
  OPERATION_FAILED: ({ reason, message }) => `${failureReasons[reason]} : ${message}`,
  WRONG_WORKER: () => 'L’opération appartient à un autre serveur, ou est terminée.',
  PLAN_NOT_FOUND: () => 'Le plan de restauration n’existe pas ou a expiré.',
  PLAN_OUTDATED: () => 'Le déploiement a changé depuis ce plan : une collection a été ajoutée, retirée ou modifiée.',
  UNDO_UNAVAILABLE: ({ why }) => `La restauration ne peut pas être défaite : ${undoProblems[why]}.`,
  CONFIRMATION_MISMATCH: ({ expected }) => `La confirmation ne correspond pas : saisissez exactement ${expected}.`,
  TARGET_EXISTS: ({ databases }) => `Ces bases font obstacle : ${databases.join(', ')}.`,
  TARGET_NAME_INVALID: ({ name }) => `« ${name} » ne peut pas être un nom dans la copie.`,
  RESTORE_OPTIONS_INVALID: ({ problem, namespaces }) =>
    namespaces === undefined
      ? restoreOptionsProblems[problem]
      : `${restoreOptionsProblems[problem]} ${namespaces.join(', ')}.`,
  NAMESPACE_PROTECTED: ({ namespace }) =>
    `${namespace} n’y est jamais restauré : ce serait le registre de Holdfast ou ce qui est au serveur.`,
  TOOL_MISSING: ({ tool }) => `${tool} est introuvable.`,
  CONFIGURATION_INVALID: ({ problems }) => `La configuration ne peut pas être importée : ${problems.join(' ; ')}`,
  CONFIGURATION_CHANGED: () => 'La configuration a changé depuis l’aperçu.',
  SHARDED_UNSUPPORTED: () =>
    'Un cluster fragmenté ne peut pas être restauré en place, et rien ne peut être restauré dans l’un de ses fragments.',
  NOT_SIGNED_IN: () => 'Connectez-vous d’abord.',
  LOGIN_CODE_INVALID: () => 'Le code est faux, déjà utilisé ou expiré.',
  TOO_MANY_ATTEMPTS: ({ retryAfterSeconds }) =>
    `Trop d’essais. Réessayez dans ${f.duration(retryAfterSeconds * 1000)}.`,
  LEDGER_UNAVAILABLE: () => 'Le registre ne répond pas.',
};

const refusalHints: Record<ErrorCode, string> = {
  OPERATION_IN_PROGRESS: 'Attendez qu’elle soit terminée, ou annulez-la.',
  DEPLOYMENT_NOT_FOUND: 'La liste des déploiements donne leurs noms.',
  DEPLOYMENT_NOT_CONNECTED:
    'Donnez-lui-en une : `holdfast deployments update NOM --uri-file FICHIER`, ou Réglages, Déploiements dans la console.',
  DEPLOYMENT_EXISTS: 'Utilisez le déploiement enregistré, ou choisissez un autre nom.',
  DESTINATION_NOT_FOUND: 'La liste des destinations donne leurs noms.',
  DESTINATION_EXISTS: 'Utilisez celle-là, ou choisissez un autre nom ou un autre lieu.',
  DESTINATION_INVALID:
    'Un dossier s’écrit file:/chemin/des/sauvegardes, un compartiment s3://compartiment/préfixe ; des identifiants n’en font jamais partie.',
  DESTINATION_UNREACHABLE: 'Rien n’a été changé. Voyez si le lieu existe et si ce serveur peut y écrire.',
  DESTINATION_IN_USE:
    'Changez ces politiques, puis attendez que les sauvegardes soient copiées ailleurs, ou supprimez-les.',
  DEPLOYMENT_UNREACHABLE: 'Contrôlez l’hôte, le port, le pare-feu, les options TLS, l’utilisateur et le mot de passe.',
  INVALID_URI:
    'Elle ressemble à mongodb://utilisateur:motdepasse@hôte:27017/base?authSource=admin ; les caractères réservés sont encodés en %.',
  POLICY_NOT_FOUND: 'La liste des politiques donne leurs identifiants.',
  BACKUP_NOT_FOUND: 'La liste des sauvegardes donne leurs identifiants.',
  BACKUP_NOT_RESTORABLE: 'Choisissez une sauvegarde terminée.',
  ARCHIVE_UNREADABLE:
    'N’utilisez pas cette sauvegarde. Choisissez-en une autre, et contrôlez le disque où elle se trouve.',
  ARCHIVE_NOT_FOUND: 'Rapprochez la destination et voyez les archives qu’elle énumère.',
  ARCHIVE_IN_USE: 'Rien n’a été changé. Attendez que ce soit terminé, puis réessayez.',
  COLLECTION_NOT_FOUND: 'La page de la sauvegarde énumère ses collections ; un nom ressemble à base.collection.',
  DOCUMENT_NOT_FOUND: 'Les documents sont numérotés à partir de 0, comme la page de la collection les montre.',
  PUT_BACK_IMPOSSIBLE: 'Rien n’a été changé. Restaurez plutôt la collection, dans une copie ou en place.',
  PUT_BACK_TOO_LARGE: 'Choisissez moins de documents, ou restaurez la collection.',
  FILTER_INVALID:
    'Écrivez des champs et les valeurs auxquelles ils doivent être égaux, en JSON étendu : {"status": "paid"}, {"_id": {"$oid": "507f1f77bcf86cd799439011"}}, {"items.sku": 7}.',
  NOT_ALLOWED: 'Demandez à un administrateur.',
  BACKUP_EXISTS:
    'Seule une archive dont le registre ne connaît pas la sauvegarde, ou la dit introuvable, peut être adoptée.',
  DEPLOYMENT_UNKNOWN: 'Dites pour quel déploiement enregistré elle est adoptée, ou enregistrez-le d’abord.',
  ENCRYPTION_KEY_NOT_FOUND: 'La liste des clés donne leurs noms : `holdfast keys`, ou les réglages de la console.',
  ENCRYPTION_KEY_EXISTS:
    'Choisissez un autre nom, ou utilisez la clé qui est là. Le nom d’une clé retirée ne sert plus.',
  ENCRYPTION_KEY_INVALID:
    'Une clé publique commence par age1 ; `age-keygen` en affiche une et garde la clé secrète dans son fichier.',
  ENCRYPTION_KEY_RETIRED: 'Choisissez une autre clé, ou créez-en une.',
  ENCRYPTION_KEY_IN_USE:
    'Rien n’a été changé. Utilisez une autre clé pour les nouvelles sauvegardes ; quand aucune sauvegarde n’aura plus besoin de celle-ci, elle pourra être retirée.',
  ENCRYPTION_KEY_MISSING: 'Créez-en une d’abord : `holdfast keys create NOM`, ou les réglages de la console.',
  RECOVERY_KIT_REQUIRED:
    'Téléchargez un kit de secours, ouvrez-le, et saisissez le code qu’il contient. Sans kit, les sauvegardes chiffrées sont perdues avec ce serveur.',
  RECOVERY_KIT_NOT_FOUND: 'Téléchargez un nouveau kit et saisissez son code.',
  RECOVERY_KIT_CODE_WRONG:
    'Ouvrez le kit téléchargé en dernier avec sa phrase secrète (`age -d KIT`) : le code est au début.',
  IMPORT_NAMESPACE_MISSING: 'Nommez-la sous la forme base.collection, par exemple shop.orders.',
  IMPORT_TOO_LARGE:
    'Rien n’a été importé. Augmentez HOLDFAST_IMPORT_MAX_GB sur le serveur ; il compte les octets décompressés.',
  TOO_MANY_DOWNLOADS: 'Attendez que l’un de ces téléchargements soit terminé.',
  TOO_MANY_IMPORTS: 'Attendez que l’un d’eux soit terminé.',
  RESTORE_NOT_FOUND: 'La liste des restaurations donne leurs identifiants.',
  RESTORE_TEST_IN_PROGRESS: 'Attendez qu’il soit terminé, ou annulez-le.',
  RESTORE_TEST_NOT_RUNNING: 'Il n’y a plus rien à annuler.',
  OPERATION_NOT_FOUND: 'La liste des opérations donne leurs identifiants.',
  OPERATION_ENDED: 'Il n’y a plus rien à annuler.',
  OPERATION_FAILED: 'Les détails disent quoi faire.',
  WRONG_WORKER: 'Le serveur qui la détient continue ; celui-ci arrête sa part.',
  PLAN_NOT_FOUND: 'Refaites un plan et confirmez celui-là.',
  PLAN_OUTDATED: 'Rien n’a été changé. Faites un nouveau plan, regardez-le, et confirmez celui-là.',
  UNDO_UNAVAILABLE: 'Rien n’a été changé. Écartez ce qui l’empêche, ou restaurez plutôt une sauvegarde.',
  CONFIRMATION_MISMATCH: 'Rien n’a été changé. Saisissez le nom tel qu’il est affiché.',
  TARGET_EXISTS:
    'Choisissez un autre suffixe, ou supprimez d’abord ces bases. Pour le serveur, des noms qui ne diffèrent que par les majuscules sont les mêmes.',
  TARGET_NAME_INVALID:
    'Choisissez un suffixe plus court : une base compte au plus 63 octets, avec une collection derrière elle 255. Une collection dont le nom contient un saut de ligne ne revient que sur place.',
  RESTORE_OPTIONS_INVALID:
    'Rien n’a été changé. Laissez le mode « remplacer », ou choisissez une autre cible ou d’autres collections.',
  NAMESPACE_PROTECTED:
    'Écartez-le. Pour voir ce qu’il contient, restaurez-le dans une copie, ou lisez-le dans la sauvegarde.',
  TOOL_MISSING:
    'Installez MongoDB Database Tools, ou indiquez-les avec MONGODUMP_PATH et MONGORESTORE_PATH ; `holdfast doctor` montre ce qui est trouvé.',
  CONFIGURATION_INVALID: 'Rien n’a été changé. Corrigez le fichier et refaites l’aperçu.',
  CONFIGURATION_CHANGED: 'Refaites l’aperçu de l’import et appliquez celui-là.',
  SHARDED_UNSUPPORTED: 'Rien n’a été changé. Restaurez à la main avec les étapes du fichier RESTORE.txt de l’archive.',
  NOT_SIGNED_IN: 'Utilisez un code de `holdfast login-code`.',
  LOGIN_CODE_INVALID: 'Créez-en un autre avec `holdfast login-code` ; il sert une fois, pendant dix minutes.',
  TOO_MANY_ATTEMPTS: 'Attendez, puis utilisez un nouveau code.',
  LEDGER_UNAVAILABLE: 'Attendez un instant ; si cela dure, voyez si son mongod tourne et a de la place sur le disque.',
};

export const errors: Dictionary['errors'] = {
  defect: 'Quelque chose s’est mal passé dans Holdfast.',
  defectHint: 'On n’en sait pas plus ici ; le journal du serveur a les détails sous cet identifiant.',
  hint: (app) => failedHint(app) ?? refusalHints[app.code] ?? app.hint,
  input: 'Ceci ne peut pas être utilisé.',
  message: (app) => sayRefusal(messages, app),
  noAnswer: 'Le serveur ne répond pas.',
  noAnswerHint: 'Voyez si Holdfast tourne et est joignable d’ici, puis réessayez.',
};

export const failureReasons: Record<FailureReason, string> = {
  'tool-missing': 'Un outil MongoDB manque',
  'tool-failed': 'L’outil a échoué',
  'tool-killed': 'L’outil a été tué',
  'authentication-failed': 'La connexion à MongoDB a été refusée',
  'not-authorized': 'Il manque un rôle à l’utilisateur',
  unreachable: 'MongoDB est injoignable',
  'connection-lost': 'La connexion à MongoDB a été perdue',
  'database-missing': 'La base n’existe pas',
  'dump-incomplete': 'L’extraction est incomplète',
  'disk-full': 'La destination est pleine',
  'storage-unwritable': 'La destination n’est pas accessible en écriture',
  'storage-missing': 'L’archive n’est pas à sa destination',
  'storage-refused': 'La destination a refusé les identifiants',
  'storage-unreachable': 'La destination est injoignable',
  'destination-unavailable': 'La destination de l’archive est hors d’atteinte',
  'archive-damaged': 'L’archive est endommagée',
  'import-unreadable': 'Le dump est illisible',
  'key-missing': 'La clé de l’archive manque',
  'restore-incomplete': 'Tout n’a pas été accepté',
  'plan-outdated': 'Le déploiement a changé depuis le plan',
  'sharded-unsupported': 'Le cluster est fragmenté',
  'undo-missing': 'Ce qui était gardé a disparu',
  stalled: 'Rien n’a bougé trop longtemps',
  'timed-out': 'La limite de durée est atteinte',
  interrupted: 'Le service s’est arrêté entre-temps',
  unclaimed: 'Aucun serveur ne l’a pris à temps',
  'ledger-unavailable': 'Le registre n’a pas répondu',
  internal: 'Un défaut de Holdfast',
};

const hints: Record<FailureReason, string> = {
  'tool-missing':
    'Installez MongoDB Database Tools, ou indiquez-les avec MONGODUMP_PATH et MONGORESTORE_PATH ; `holdfast doctor` montre ce qui est trouvé.',
  'tool-failed':
    'Lisez les dernières lignes de l’outil ci-dessous ; `holdfast doctor` contrôle connexion et privilèges.',
  'tool-killed':
    'Quelque chose sur cette machine a mis fin au processus : cherchez le manque de mémoire dans le journal système, puis recommencez.',
  'authentication-failed':
    'Contrôlez l’utilisateur, le mot de passe et authSource dans la chaîne de connexion du déploiement.',
  'not-authorized': 'Donnez à l’utilisateur les rôles que `holdfast doctor` indique pour ce déploiement.',
  unreachable: 'Contrôlez l’hôte, le port, le pare-feu et les options TLS, et que mongod écoute à cette adresse.',
  'connection-lost':
    'Le serveur a disparu en cours de route. Voyez si mongod tourne et ce que dit son journal, puis recommencez.',
  'database-missing': 'Contrôlez le nom de la base dans la chaîne de connexion : le serveur n’y a aucune collection.',
  'dump-incomplete':
    'Quelque chose que le serveur énumérait n’est pas dans l’extraction. Rien n’a été gardé ; recommencez, et signalez-le si cela se répète.',
  'disk-full':
    'Libérez de la place à la destination, gardez moins de sauvegardes, ou déplacez la destination vers un disque plus grand.',
  'storage-unwritable': 'Voyez si la destination existe, est montée, et si l’utilisateur du service peut y écrire.',
  'storage-missing': 'L’archive n’est plus à sa destination. Voyez si la destination est montée.',
  'storage-refused':
    'Vérifiez la clé d’accès de la destination, l’horloge du système et les droits de la clé : docs/destinations.md les énumère.',
  'storage-unreachable':
    'Voyez si le serveur de la destination fonctionne et est joignable d’ici (adresse, port, pare-feu, proxy, TLS), puis recommencez.',
  'destination-unavailable':
    'Rendez de nouveau accessible la destination qui contient l’archive, ou rajoutez-la ; rien n’a été changé entre-temps.',
  'import-unreadable':
    'Rien n’a été importé. Il faut un mongodump entier : un répertoire, une .archive, une .archive.gz ou un fichier .bson. Recopiez-le depuis sa source, ou prenez-en un autre.',
  'archive-damaged':
    'N’utilisez pas cette sauvegarde. Choisissez-en une autre, et contrôlez le disque où elle se trouve.',
  'key-missing':
    'Donnez à Holdfast la clé pour laquelle l’archive a été chiffrée : elle est dans le kit de secours du serveur qui l’a faite.',
  'restore-incomplete': 'Le serveur n’a pas tout accepté. Le message, ou les dernières lignes de l’outil, disent quoi.',
  'plan-outdated': 'Rien n’a été changé. Faites un nouveau plan, regardez-le, et confirmez celui-là.',
  'sharded-unsupported': 'Rien n’a été changé. Restaurez à la main en suivant RESTORE.txt dans l’archive.',
  'undo-missing':
    'Des collections que la restauration avait gardées ont disparu. Rien n’a été changé ; restaurez plutôt une sauvegarde.',
  stalled:
    'Voyez ce que font le serveur et le réseau, puis recommencez. Si de telles pauses y sont habituelles, relevez la limite d’inactivité de la politique.',
  'timed-out':
    'Voyez ce qui ralentit le serveur, le réseau ou la destination, ou relevez la limite de durée de la politique.',
  interrupted: 'Le service s’est arrêté pendant l’opération. Ce qu’elle laissait a été retiré ; recommencez.',
  'ledger-unavailable':
    'Le registre n’a pas répondu pendant l’opération. Vérifiez que son mongod fonctionne et a de la place sur le disque, puis recommencez.',
  unclaimed:
    'Aucun serveur n’a pris la demande à temps. Voyez si un serveur Holdfast tourne et n’est pas en train de s’arrêter.',
  internal: 'C’est un défaut de Holdfast. Le journal du serveur a les détails sous l’identifiant de l’opération.',
};

/** What to do about background work that failed stands with its reason. */
function failedHint({ code, details }: AppErrorData): string | undefined {
  return code === 'OPERATION_FAILED' ? hints[(details as Failure).reason] : undefined;
}

export const failures: Dictionary['failures'] = {
  hint: (reason) => hints[reason],
  lastLines: 'Dernières lignes de l’outil',
  reason: (reason) => `${failureReasons[reason]}.`,
};
