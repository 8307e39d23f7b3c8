import { isIPv6 } from 'node:net';
import { invalidUri } from './invalid-uri.ts';

const defaultPort = 27_017;

/** The hosts of a connection string as `host:port`, in the order given; an SRV name stays without a port. Raises INVALID_URI. */
export function parseHosts(hosts: readonly string[], srv: boolean): string[] {
  return hosts.map((host) => (srv ? srvName(host) : hostAndPort(host)));
}

function srvName(host: string): string {
  if (host.includes(':')) invalidUri('mongodb+srv:// takes a name without a port.');
  if (host.split('.').filter((label) => label !== '').length < 2) {
    invalidUri(`${host} is no name that mongodb+srv:// could look up: it needs a domain.`);
  }
  return host.toLowerCase();
}

/** What cannot be a host is never repeated: it is the password where somebody forgot the @ and what follows it. */
function hostAndPort(text: string): string {
  if (text === '') invalidUri('one of the hosts between the commas is empty.');
  if (/%2f/i.test(text) || /\.sock$/i.test(text)) {
    invalidUri('Unix domain sockets are not supported; name the address that mongod listens on.');
  }
  if (/[%\s]/.test(text)) invalidUri('a host contains a character that no host name has.');
  if (isIPv6(text)) invalidUri(`an IPv6 address is written in brackets: [${text}].`);
  const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text) ?? [];
  if (!name) invalidUri('a host is written as name or name:port.');
  if (name.startsWith('[') && !isIPv6(name.slice(1, -1))) invalidUri(`${name} is not an IPv6 address.`);
  return `${name.toLowerCase()}:${portOf(port)}`;
}

function portOf(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    invalidUri('a port is not a number from 1 to 65535.');
  }
  return port;
}
