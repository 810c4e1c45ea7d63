import { BlockList, isIP } from 'node:net';
import { refusal } from '../errors.ts';

/**
 * Where notifications may go. A server that calls any address it is told can be made to call its own neighbours
 * (server-side request forgery), so that only hosts named in the settings are called.
 */
export type EndpointRules = {
  /** Names of hosts in lower case; `*.` before a name stands for all names below it. */
  readonly hosts: readonly string[];
  /** This machine may be called too, and without TLS: for demonstrations and tests. */
  readonly loopback: boolean;
  /** This server itself, which is never called: a notification that it stores could be the next one's cause, without end. */
  readonly own?: {
    /** Once it listens. */
    readonly port: () => number | undefined;
    /** Where others reach it, if that is known. */
    readonly baseUrl: string | undefined;
  };
};

/** Hosts as they are written in the setting: names with commas between. */
export function readHosts(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '');
}

const charactersAtMost = 2000;
const place = 'Subscription.channel.endpoint';

/** The endpoint as an address that may be called, or a refusal. */
export function requireAllowed(rules: EndpointRules, endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || endpoint.length > charactersAtMost) {
    throw refusal(place, 'The endpoint is an address that begins with https://.', 'value');
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw refusal(place, 'An endpoint has no name, password or fragment; secrets go into headers.', 'value');
  }
  if (isOwn(rules, url)) {
    throw refusal(place, 'The endpoint is this server itself.', 'security');
  }
  if (rules.loopback && isLoopbackName(url.hostname)) {
    return url;
  }
  if (url.protocol !== 'https:') {
    throw refusal(place, 'Notifications are sent by https alone.', 'security');
  }
  if (!rules.hosts.some((each) => isNamed(url.hostname, each)) || !mayConnect(rules, url.hostname)) {
    const text =
      'This host is not one that notifications may be sent to; an administrator adds it to VSIS_SUBSCRIPTION_HOSTS.';
    throw refusal(place, text, 'security');
  }
  return url;
}

function isOwn({ own }: EndpointRules, url: URL): boolean {
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  const isHere = isLoopbackName(url.hostname) && port === own?.port();
  return isHere || (own?.baseUrl !== undefined && url.href.startsWith(own.baseUrl));
}

function isNamed(host: string, pattern: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern;
}

function isLoopbackName(host: string): boolean {
  return (
    host === 'localhost' || loopback.check(withoutBrackets(host), isIP(withoutBrackets(host)) === 6 ? 'ipv6' : 'ipv4')
  );
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** What no endpoint is: this machine, its own link (where clouds keep their secrets), many at once, nobody. */
const never = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  never.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  never.addSubnet(net, prefix, 'ipv6');
}
never.addAddress('::', 'ipv6');

/** Whether an address that a name has led to may be called; a name is for the rules above. */
export function mayConnect(rules: EndpointRules, host: string): boolean {
  const address = withoutBrackets(host);
  const version = isIP(address);
  if (version === 0) {
    return true;
  }
  const family = version === 6 ? 'ipv6' : 'ipv4';
  return !never.check(address, family) && (rules.loopback || !loopback.check(address, family));
}
