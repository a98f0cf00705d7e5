// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// node run.mjs SERVER CHROMIUM
import { startDesk, tests as browserTests } from './browser.mjs';
import { tests as livekitTests } from './livekit.mjs';
import { tests as nodeTests } from './node.mjs';
import { Server } from './server.mjs';

const limit = 120_000;  // for one test
const [program, chromium] = process.argv.slice(2);
let passed = 0;
let failed = 0;

const late = () => new Promise((_, fail) => setTimeout(() => fail(new Error('too slow')), limit));

async function run(name, test) {
  try {
    await Promise.race([test(), late()]);
    passed += 1;
    console.log(`passed: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`failed: ${name}: ${error.message}`);
  }
}

const missing = () => Promise.reject(new Error('there is no chromium: scripts/setup checks'));

try {
  const desk = await startDesk();
  const server = await Server.start(program, desk.origin);
  desk.server = server;
  for (const [name, test] of Object.entries({ ...nodeTests, ...livekitTests })) {
    await run(name, () => test(server));
  }
  for (const [name, test] of Object.entries(browserTests)) {
    await run(name, () => (chromium ? test(server, chromium, desk) : missing()));
  }
  await server.kill();
} catch (error) {
  failed += 1;
  console.log(`failed: ${error.message}`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
