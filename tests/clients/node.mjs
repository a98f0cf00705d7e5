// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// npm's EventSource under Node, which sends the key as a header.
import { EventSource } from 'eventsource';
import { equal, until } from './server.mjs';

function listen(server, query, key = server.key) {
  return new EventSource(`${server.origin}/v1/live?${query}`, {
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${key}` } }),
  });
}

export const tests = {
  'eventsource: a subscriber reads the context and drops what it has': async (server) => {
    const customer = await server.makeCustomer('node-1');
    await server.rename(customer, 'before');
    const source = listen(server, `customer_ids=${customer}`);
    const received = [];
    let begun = false;
    source.addEventListener('ready', () => (begun = true));
    source.addEventListener('customer.updated', (event) => received.push(event));
    await until('the stream begins', () => begun);
    await server.rename(customer, 'one');
    const context = await server.call('GET', `/v1/context?customer_id=${customer}`);
    await server.rename(customer, 'two');
    await until('both facts come', () => received.length === 2);
    source.close();
    const facts = received.map((event) => JSON.parse(event.data));
    const fresh = facts.filter((fact) => fact.data.version > context.version);
    equal(fresh.map((fact) => fact.data.version), [context.version + 1], 'what is new');
    equal(received.map((event) => event.type), facts.map((fact) => fact.type), 'types');
    const feed = await server.call('GET', `/v1/changes?cursor=${received[0].lastEventId}`);
    equal(feed.items[0], facts[1], 'the next item of the feed');
  },

  'eventsource: it comes back by itself when the server is killed, and misses nothing': async (
    server,
  ) => {
    const customer = await server.makeCustomer('node-2');
    const source = listen(server, `customer_ids=${customer}`);
    const versions = [];
    let beginnings = 0;
    source.addEventListener('ready', () => (beginnings += 1));
    source.addEventListener('customer.updated', (event) =>
      versions.push(JSON.parse(event.data).data.version),
    );
    await until('the stream begins', () => beginnings === 1);
    let written = 0;
    for (let kills = 0; kills < 3; kills += 1) {
      for (let i = 0; i < 5; i += 1) await server.rename(customer, `name ${(written += 1)}`);
      await server.kill();
      await server.serve();
      for (let i = 0; i < 5; i += 1) await server.rename(customer, `name ${(written += 1)}`);
      await until('it is back', () => beginnings === kills + 2);
    }
    await until('all facts come', () => versions.length >= written);
    source.close();
    equal(versions, Array.from({ length: written }, (_, i) => i + 3), 'each once, in order');
  },

  'eventsource: a key that may not listen is told so, and stays away': async (server) => {
    const customer = await server.makeCustomer('node-3');
    const source = listen(server, `customer_ids=${customer}`, server.makeKey('cases:read'));
    let code = 0;
    source.addEventListener('error', (event) => (code = event.code));
    await until('it fails', () => code !== 0);
    equal(code, 403, 'status');
    equal(source.readyState, EventSource.CLOSED, 'state');
  },
};
