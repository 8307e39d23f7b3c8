import type { ToolName } from './find-tool.ts';

/** Commands that install a tool's package on one kind of system. */
export interface InstallHint {
  readonly system: string;
  readonly command: string;
}

const needsRepository = 'after adding the repository that https://www.mongodb.com/docs/manual/installation/ describes';

const databaseTools: Readonly<Record<string, readonly InstallHint[]>> = {
  linux: [
    { system: 'Debian, Ubuntu', command: `apt-get install mongodb-database-tools   (${needsRepository})` },
    { system: 'Fedora, RHEL', command: `dnf install mongodb-database-tools   (${needsRepository})` },
    { system: 'Arch', command: 'yay -S mongodb-tools-bin   (AUR)' },
    { system: 'Alpine', command: 'apk add mongodb-tools   (community repository)' },
  ],
  darwin: [{ system: 'macOS', command: 'brew install mongodb/brew/mongodb-database-tools' }],
  win32: [{ system: 'Windows', command: 'winget install MongoDB.DatabaseTools' }],
};

const server: Readonly<Record<string, readonly InstallHint[]>> = {
  linux: [
    { system: 'Debian, Ubuntu', command: `apt-get install mongodb-org-server   (${needsRepository})` },
    { system: 'Fedora, RHEL', command: `dnf install mongodb-org-server   (${needsRepository})` },
    { system: 'Arch', command: 'yay -S mongodb-bin   (AUR)' },
    {
      system: 'Alpine',
      command:
        'MongoDB publishes no mongod for musl: run the service in its container image, or name one with LEDGER_URI',
    },
  ],
  darwin: [{ system: 'macOS', command: 'brew install mongodb/brew/mongodb-community' }],
  win32: [{ system: 'Windows', command: 'winget install MongoDB.Server' }],
};

/** How to install a tool by the system's own means: the platform's (`process.platform`) hints, or every one for another. */
export function installHints(name: ToolName, platform: string): readonly InstallHint[] {
  const hints = name === 'mongod' ? server : databaseTools;
  return hints[platform] ?? Object.values(hints).flat();
}

/** The hints as lines to print below a message. */
export function installHintLines(name: ToolName, platform: string): string {
  return installHints(name, platform)
    .map(({ system, command }) => `  ${system}: ${command}`)
    .join('\n');
}
