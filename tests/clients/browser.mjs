// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A page's own EventSource in Chromium. The page comes from another origin and holds no key: it
// asks its own server for tickets, which alone knows one.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { equal, until } from './server.mjs';

/// As an integration would write it: a new ticket and the last id, whenever it has to begin anew.
const page = `<!doctype html><script>
const seen = { events: [], beginnings: [], failures: 0, last: '' };
const query = new URLSearchParams(location.search);
async function open() {
  const ticket = await (await fetch('/ticket')).text();
  const url = new URL(query.get('server') + '/v1/live');
  url.searchParams.set('ticket', ticket);
  if (seen.last) url.searchParams.set('last_event_id', seen.last);
  const source = new EventSource(url);
  seen.source = source;
  source.addEventListener('ready', (event) => {
    seen.last = event.lastEventId;
    seen.beginnings.push(JSON.parse(event.data));
  });
  source.addEventListener('customer.updated', (event) => {
    seen.last = event.lastEventId;
    seen.events.push(JSON.parse(event.data));
  });
  source.onerror = () => {
    seen.failures += 1;
    source.close();
    setTimeout(() => open().catch(() => source.onerror()), 200);
  };
}
open();
</script>`;

/// The integration's own server: the page, and tickets for the customer it shows.
export async function startDesk() {
  const desk = { server: null, customer: null };
  desk.http = createServer(async (request, response) => {
    if (!request.url.startsWith('/ticket')) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      return response.end(page);
    }
    try {
      const body = { customer_ids: [desk.customer] };
      response.end((await desk.server.call('POST', '/v1/live/tickets', body)).ticket);
    } catch {
      response.statusCode = 503;
      response.end();
    }
  });
  await new Promise((done) => desk.http.listen(0, '127.0.0.1', done));
  desk.origin = `http://127.0.0.1:${desk.http.address().port}`;
  return desk;
}

async function withPage(program, desk, from, use) {
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${from}/?server=${encodeURIComponent(desk.server.origin)}`);
    await use(tab);
  } finally {
    await browser.close();
  }
}

const seen = (tab, what) => tab.evaluate((name) => JSON.parse(JSON.stringify(seen[name])), what);

export const tests = {
  'chromium: a page listens with tickets, and misses nothing when the server is killed': async (
    server,
    program,
    desk,
  ) => {
    desk.customer = await server.makeCustomer('page-1');
    const other = await server.makeCustomer('page-2');
    await withPage(program, desk, desk.origin, async (tab) => {
      await until('the stream begins', async () => (await seen(tab, 'beginnings')).length === 1);
      let written = 0;
      for (let kills = 0; kills < 2; kills += 1) {
        await server.rename(desk.customer, `name ${(written += 1)}`);
        await server.rename(other, `other ${written}`);
        await until('the fact comes', async () => (await seen(tab, 'events')).length === written);
        await server.kill();
        await server.serve();
        await server.rename(desk.customer, `name ${(written += 1)}`);
        await until('it is back', async () => (await seen(tab, 'events')).length === written);
      }
      const events = await seen(tab, 'events');
      const versions = Array.from({ length: written }, (_, i) => i + 3);
      equal(events.map((event) => event.data.version), versions, 'each once, in order');
      equal([...new Set(events.map((event) => event.subject))], [desk.customer], 'customers');
      const resumed = (await seen(tab, 'beginnings')).map((beginning) => beginning.resumed);
      equal(resumed.slice(0, 2), [false, true], 'beginnings');
    });
  },

  'chromium: a page of an origin that is not allowed hears nothing': async (
    server,
    program,
    desk,
  ) => {
    desk.customer = await server.makeCustomer('page-3');
    const stranger = desk.origin.replace('127.0.0.1', 'localhost');
    await withPage(program, desk, stranger, async (tab) => {
      await until('it is refused', async () => (await seen(tab, 'failures')) > 0);
      await server.rename(desk.customer, 'x');
      equal(await seen(tab, 'beginnings'), [], 'beginnings');
      equal(await seen(tab, 'events'), [], 'events');
    });
  },
};
