import { port, secret, text } from '#platform/config';

function checkAddress(address: string): string | undefined {
  const wanted = 'must look like postgres://user:password@host:5432/database';
  if (!URL.canParse(address)) return wanted;
  const { protocol, pathname } = new URL(address);
  return /^postgres(?:ql)?:$/.test(protocol) && pathname.length > 1 ? undefined : wanted;
}

export const databaseSettings = {
  VSIS_DATA_DIR: text({
    default: './data',
    since: '0.1',
    accepts: 'a folder',
    about: 'Where everything lies that must outlive the program: the embedded database, its passwords and its log.',
  }),
  DATABASE_URL: secret({
    since: '0.1',
    accepts: 'an address like postgres://user:password@host:5432/database',
    check: checkAddress,
    about:
      'A PostgreSQL server (15 or newer) to use instead of the embedded one. The account must own the database and may create roles.',
  }),
  VSIS_DATABASE_PORT: port({
    since: '0.1',
    about:
      'A TCP port on 127.0.0.1 on which the embedded PostgreSQL listens too, for tools of yours. Without it nothing but a Unix socket is opened.',
  }),
  VSIS_ARCHIVE_DIR: text({
    since: '0.1',
    accepts: 'a folder',
    check: () => (process.platform === 'win32' ? 'cannot be used on Windows' : undefined),
    about:
      'A folder, best on another disk, into which the embedded PostgreSQL puts its log of changes at least once a minute, so that a backup can be restored to any moment after it.',
  }),
};
