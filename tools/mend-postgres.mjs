// Mends the SQL client `postgres` 3.4.9 in node_modules. When the server cuts a connection it may end the whole process, send
// the rest of a dead transaction to the session of another, or leave the connection unusable (its issues 1154, 1186, 1208
// and 1216, open in November 2026). What each edit is for stands beside it; src/platform/database/lost-connections.test.ts
// fails without them. With a version that needs none of this the file goes.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const closedError = "Errors.connection('CONNECTION_CLOSED', options)";

const edits = {
  'connection.js': [
    {
      why: 'What was to be written to the lost connection would go before the greeting on the next, which then never leaves.',
      find: `    clearImmediate(nextWriteTimer)
    socket.removeListener(`,
      put: `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener(`,
    },
    {
      why: 'What is asked between a failure of the socket and its end is told of it too; nothing of it stays for the next session.',
      find: "    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))",
      put: `    ;(stream || query || sent.length) && error(${closedError})
    final && (final(${closedError}), final = null)
    query = results = errorResponse = null
    result = new Result()
    rows = 0`,
    },
    {
      why: 'The same for a connection that is lost while it is made, and made again.',
      find: '    if (initial)\n      return reconnect()',
      put: `    if (initial) {
      query = results = errorResponse = null
      result = new Result()
      rows = 0
      return reconnect()
    }`,
    },
    {
      why: 'A connection that is lost while it asks for types fails who waits for it, not the process.',
      find: '        return fetchArrayTypes()',
      put: '        return fetchArrayTypes().catch(noop)',
    },
    {
      why: 'Who asks for more rows of a connection that is lost must not ask the next session for them.',
      find: `  async function PortalSuspended() {
    try {
      const x = await Promise.resolve(query.cursorFn(result))`,
      put: `  async function PortalSuspended() {
    const q = query
    try {
      const x = await Promise.resolve(q.cursorFn(result))
      if (query !== q)
        return`,
    },
    {
      why: 'The same.',
      find: '      write(Sync)\n      query.reject(err)',
      put: '      query === q && write(Sync)\n      q.reject(err)',
    },
    {
      why: 'A write to a connection that is gone fails what asked for it, not the process.',
      find: '    const x = socket.write(chunk, fn)',
      put: `    if (!socket) {
      clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      return error(${closedError})
    }
    const x = socket.write(chunk, fn)`,
    },
    {
      why: 'Rows for COPY are sent from where they lie. Copied, each portion leaves megabytes that JavaScript must be searched to free.',
      find: `  function CopyInResponse() {
    stream = new Stream.Writable({
      autoDestroy: true,
      write(chunk, encoding, callback) {
        socket.write(b().d().raw(chunk).end(), callback)`,
      put: `  function CopyInResponse() {
    stream = new Stream.Writable({
      autoDestroy: true,
      write(chunk, encoding, callback) {
        if (!socket)
          return callback(${closedError})
        const head = Buffer.allocUnsafe(5)
        head[0] = 100 // CopyData
        head.writeInt32BE(chunk.length + 4, 1)
        socket.cork()
        socket.write(head)
        socket.write(chunk, callback)
        socket.uncork()`,
    },
    {
      why: 'A transaction takes its connection even where that cannot take more at the moment; else it is open in the pool.',
      find: '      return write(toBuffer(q))',
      put: `      q.options.onexecute && q.options.onexecute(connection)
      return write(toBuffer(q))`,
    },
    {
      why: 'The same.',
      find: '        && (!q.options.onexecute || q.options.onexecute(connection))',
      put: '        && !q.options.onexecute',
    },
  ],
  'index.js': [
    {
      why: 'A request for a connection that failed would be given one later, and nobody would give it back.',
      find: '        const query = { reserve: resolve, reject }',
      put: '        const query = { reserve: resolve, reject: e => (queries.remove(query), reject(e)) }',
    },
    {
      why: 'The same: it keeps its place when a connection is made for it.',
      find: '    queries.length && connect(c, queries.shift())',
      put: `    if (queries.length) {
      const next = queries.shift()
      next.reserve && queries.push(next)
      connect(c, next)
    }`,
    },
    {
      why: 'A connection that was taken out of the pool and lost is nobody’s; what waits for it fails.',
      find: '    move(c, reserved)\n    c.reserved = () => queue.length',
      put: `    let lost = null
    c.onclose = e => {
      lost = e
      while (queue.length)
        queue.shift().reject(e)
    }
    move(c, reserved)
    c.reserved = () => queue.length`,
    },
    {
      why: 'The same: it went back to the pool when it was lost.',
      find: '    sql.release = () => {\n      c.reserved = null',
      put: `    sql.release = () => {
      if (lost)
        return
      c.onclose = null
      c.reserved = null`,
    },
    {
      why: 'The same.',
      find: '      c.queue === full\n        ? queue.push(q)',
      put: '      lost\n        ? q.reject(lost)\n        : c.queue === full\n        ? queue.push(q)',
    },
    {
      why: 'A transaction whose connection is lost is over: what it asks afterwards must not reach whoever has the next one.',
      find: `      , connection
      , prepare = null`,
      put: `      , connection
      , lost = null
      , onlost = null
      , prepare = null`,
    },
    {
      why: 'The same.',
      find: '        new Promise((_, reject) => connection.onclose = reject)',
      put: '        new Promise((_, reject) => lost ? reject(lost) : onlost = reject)',
    },
    {
      why: 'The same.',
      find: '        c.queue === full\n          ? queries.push(q)',
      put: '        lost\n          ? q.reject(lost)\n          : c.queue === full\n          ? queries.push(q)',
    },
    {
      why: 'The same.',
      find: '      connection = c\n      move(c, reserved)',
      put: `      connection = c
      c.onclose = e => {
        lost = e
        while (queries.length)
          queries.shift().reject(e)
        onlost && onlost(e)
      }
      move(c, reserved)`,
    },
  ],
  'query.js': [
    {
      why: 'Rows read in portions from a connection that is lost between two of them must not end as if they were all.',
      find: '          if (this.executed && !this.active)\n            return { done: true }',
      put: `          if (this.failure)
            return Promise.reject(this.failure)

          if (this.executed && !this.active)
            return { done: true }`,
    },
    {
      why: 'The same.',
      find: '            this.reject = x => (this.active = false, reject(x))',
      put: '            this.reject = x => (this.active = false, this.failure = x, reject(x))',
    },
  ],
};

const markOfAny = '// Mended by tools/mend-postgres.mjs, ';
const mark = `${markOfAny}${createHash('sha256').update(JSON.stringify(edits)).digest('hex').slice(0, 16)}`;

/** The text with every edit made. Throws where a place to mend is not there exactly once. */
export function mend(text, file) {
  return edits[file].reduce((before, { find, put }) => {
    const pieces = before.split(find);
    if (pieces.length !== 2) throw new Error(`postgres/src/${file} has not once what is to be mended: ${find.trim()}`);
    return pieces.join(put);
  }, text);
}

/** A new file in place of the old one, which other checkouts may share by a hard link. */
function replaceFile(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

/** Mends the client that is installed, once; what was there stays beside it, so that later edits start from it. */
export function mendPostgres(root) {
  const folder = join(root, 'node_modules', 'postgres', 'src');
  if (!existsSync(folder)) return;
  for (const file of Object.keys(edits)) {
    const path = join(folder, file);
    const present = readFileSync(path, 'utf8');
    if (present.startsWith(mark)) continue;
    const original = `${path}.original`;
    const wasMended = present.startsWith(markOfAny);
    const source = wasMended ? readFileSync(original, 'utf8') : present;
    const mended = `${mark}\n${mend(source, file)}`;
    if (!wasMended) replaceFile(original, source);
    replaceFile(path, mended);
  }
}
