// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The server's program as a process, and the few calls that the clients' tests make beside theirs.
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';

const patience = 20_000;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

export class Server {
  constructor(program, port, environment) {
    Object.assign(this, { program, port, environment });
    this.origin = `http://127.0.0.1:${port}`;
    process.on('exit', () => this.process?.kill('SIGKILL'));
  }

  /// Migrates, makes a key, and serves; pages of `origin` may read.
  static async start(program, origin) {
    const environment = {
      ...process.env,
      THROUGHLINE_METRICS_LISTEN: '127.0.0.1:0',
      THROUGHLINE_ALLOWED_ORIGINS: origin,
      THROUGHLINE_LOG: '/dev/null',
    };
    const server = new Server(program, await freePort(), environment);
    environment.THROUGHLINE_LISTEN = `127.0.0.1:${server.port}`;
    execFileSync(program, ['migrate'], { env: environment });
    server.key = server.makeKey('all');
    await server.serve();
    return server;
  }

  makeKey(scopes, tenant = `clients ${process.pid}`) {
    const words = ['key', 'create', '--tenant', tenant, '--scopes', scopes];
    return execFileSync(this.program, words, { env: this.environment }).toString().trim();
  }

  async serve() {
    this.process = spawn(this.program, ['serve'], { env: this.environment, stdio: 'inherit' });
    for (const deadline = Date.now() + patience; Date.now() < deadline; await sleep(20)) {
      const ready = await fetch(`${this.origin}/readyz`).catch(() => null);
      if (ready?.status === 200) return;
    }
    throw new Error('the server does not become ready');
  }

  /// At once, as by kill -9.
  async kill() {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGKILL');
    await ended;
  }

  async call(method, path, body) {
    const answer = await fetch(this.origin + path, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const document = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(document)}`);
    return document;
  }

  /// At version 2.
  async makeCustomer(number) {
    const path = `/v1/customers/by/account/shop:${process.pid}-${number}`;
    return (await this.call('PUT', path, {})).id;
  }

  async rename(customer, name) {
    return this.call('PATCH', `/v1/customers/${customer}`, { display_name: name });
  }
}

/// Waits until it holds, or fails by this name.
export async function until(what, holds) {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await sleep(10)) {
    if (await holds()) return;
  }
  throw new Error(`did not happen: ${what}`);
}

export function equal(shown, expected, what) {
  const [one, other] = [JSON.stringify(shown), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
}
